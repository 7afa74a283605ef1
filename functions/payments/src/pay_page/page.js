'use strict';
(() => {
  // A number is copied by a button, where the browser can.
  for (const button of document.querySelectorAll('.copy')) {
    if (!navigator.clipboard) break;
    const text = button.textContent;
    button.hidden = false;
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = button.dataset.done;
        setTimeout(() => { button.textContent = text; }, 2000);
      } catch { /* the number can be marked by hand */ }
    });
  }

  // One press is enough. Who comes back by the back button may press again.
  for (const form of document.querySelectorAll('form')) {
    form.addEventListener('submit', () => setTimeout(() => {
      for (const button of form.querySelectorAll('button')) button.disabled = true;
    }));
  }
  window.addEventListener('pageshow', () => {
    for (const button of document.querySelectorAll('form button')) button.disabled = false;
  });

  const state = document.body.dataset.state;
  if (!state) return;

  // The time that is left by the server's clock, not by the phone's. Once it is over the page is read anew.
  const until = document.querySelector('time[data-now]');
  const left = document.querySelector('.left');
  const opened = performance.now();
  const count = () => {
    const over = Date.parse(until.dateTime) - Date.parse(until.dataset.now) - (performance.now() - opened);
    const seconds = Math.max(0, Math.ceil(over / 1000));
    const two = (number) => String(number).padStart(2, '0');
    left.querySelector('b').textContent = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    left.hidden = false;
    if (seconds > 0) setTimeout(count, 1000); else setTimeout(() => location.reload(), 3000);
  };
  if (until && left) count();

  // Whether there is something new: 10 seconds after the page was opened, then ever less often down to once a minute, and only
  // while somebody looks. Who comes back to the page sees at once, and the pauses begin anew.
  const shortest = 10000, longest = 60000;
  let pause = shortest, timer, looked = performance.now();
  const isSeen = () => document.visibilityState === 'visible';
  const next = () => {
    clearTimeout(timer);
    if (isSeen()) timer = setTimeout(look, pause);
  };
  const look = async () => {
    clearTimeout(timer);
    looked = performance.now();
    pause = Math.min(pause * 1.2, longest);
    try {
      const answer = await fetch(location.href, { cache: 'no-store', credentials: 'omit' });
      if (answer.ok) {
        const html = await answer.text();
        if (!html.includes(`<body data-state="${state}">`)) return location.reload();
      } else {
        pause = longest;
      }
    } catch { /* the next time */ }
    return next();
  };
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (!isSeen()) return;
    pause = shortest;
    if (performance.now() - looked > shortest / 2) look(); else next();
  });
  next();
})();
