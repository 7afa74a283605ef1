// Offers the browser's own time zone, which the server cannot know, and needs no click on "Show".
const select = document.getElementById("zone");
if (select) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...select.options].some((option) => option.value === own);
  if (own && !known) {
    select.add(new Option(`This browser's (${own})`, own));
  }
}
