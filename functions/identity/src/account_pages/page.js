'use strict';
(() => {
  const words = {
    en: {
      verify: ['Verify your e-mail address', 'Press the button to prove that this address is yours.', 'Verify', 'Done: your address is verified. You can close this page.'],
      reset: ['Choose a new password', 'All devices will be signed out.', 'Set password', 'Done: sign in with your new password.'],
      accept: ['Accept the invitation', 'Choose how you will sign in. If you have an account here already, leave both empty.', 'Accept', 'Welcome: you can sign in now.'],
      password: 'New password', username: 'Username', again: 'The same password again',
      differ: 'The two passwords differ.', broken: 'This link is not complete. Open it from the mail again, or ask for a new one.',
      offline: 'The server cannot be reached. Try again in a moment.',
    },
    id: {
      verify: ['Verifikasi alamat e-mail Anda', 'Tekan tombol untuk membuktikan bahwa alamat ini milik Anda.', 'Verifikasi', 'Selesai: alamat Anda sudah terverifikasi. Halaman ini boleh ditutup.'],
      reset: ['Pilih kata sandi baru', 'Semua perangkat akan dikeluarkan.', 'Simpan kata sandi', 'Selesai: silakan masuk dengan kata sandi baru.'],
      accept: ['Terima undangan', 'Pilih cara Anda masuk. Jika sudah punya akun di sini, kosongkan keduanya.', 'Terima', 'Selamat datang: Anda sudah bisa masuk.'],
      password: 'Kata sandi baru', username: 'Nama pengguna', again: 'Kata sandi yang sama sekali lagi',
      differ: 'Kedua kata sandi berbeda.', broken: 'Tautan ini tidak lengkap. Buka lagi dari e-mail, atau minta yang baru.',
      offline: 'Server tidak dapat dihubungi. Coba lagi sebentar lagi.',
    },
  };
  const pages = {
    '/account/verify-email': ['verify', '/api/v1/auth/verify-email', []],
    '/account/reset-password': ['reset', '/api/v1/auth/reset-password', ['password', 'again']],
    '/account/accept-invitation': ['accept', '/api/v1/auth/accept-invitation', ['username', 'password', 'again']],
  };
  const language = (navigator.language || 'en').toLowerCase().startsWith('id') ? 'id' : 'en';
  const text = words[language];
  const [name, route, fields] = pages[location.pathname];
  const [title, intro, button, done] = text[name];
  const part = (id) => document.getElementById(id);
  const say = (words, bad) => { part('said').textContent = words; part('said').className = bad ? 'bad' : ''; };

  document.documentElement.lang = language;
  document.title = title;
  part('title').textContent = title;
  part('intro').textContent = intro;
  part('go').textContent = button;
  for (const field of fields) {
    const label = document.createElement('label');
    const input = document.createElement('input');
    label.textContent = text[field];
    input.name = field;
    input.type = field === 'username' ? 'text' : 'password';
    input.autocomplete = field === 'username' ? 'username' : 'new-password';
    label.append(input);
    part('fields').append(label);
  }

  // Behind the # nothing is sent to a server; once read, it is taken out of the address bar and the history.
  const link = new URLSearchParams(location.hash.slice(1));
  const token = link.get('token');
  const tenant = link.get('tenant');
  history.replaceState(null, '', location.pathname);
  if (!token || !tenant) {
    part('form').hidden = true;
    part('intro').hidden = true;
    say(text.broken, true);
    return;
  }

  part('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    if ((given.get('password') || '') !== (given.get('again') || '')) { say(text.differ, true); return; }
    const body = { token };
    for (const field of fields) {
      if (field !== 'again' && given.get(field)) body[field] = given.get(field);
    }
    part('go').disabled = true;
    say('');
    try {
      const answer = await fetch(route, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tenant-id': tenant },
        body: JSON.stringify(body),
        credentials: 'omit',
      });
      if (answer.ok) {
        part('form').hidden = true;
        part('intro').hidden = true;
        say(done);
        return;
      }
      const problem = await answer.json();
      const errors = (problem.errors || []).map((error) => error.detail);
      say(errors.length ? errors.join(' ') : problem.detail, true);
    } catch {
      say(text.offline, true);
    }
    part('go').disabled = false;
  });
})();
