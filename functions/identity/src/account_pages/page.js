'use strict';
(() => {
  // Each page: title, what to do, the button, and what is said once it is done. {tenant} is the tenant's name.
  const words = {
    en: {
      verify: ['Verify your email address', 'Press the button to verify that this address is yours.', 'Verify', 'Done. Your address is verified. You can close this page.'],
      reset: ['Set a new password', 'You will be signed out of all devices.', 'Set password', 'Done. Sign in to {tenant} with your new password, in its app or on its website. You can close this page.'],
      accept: ['Accept the invitation', 'Choose how you will sign in. If you already have an account here, leave all fields empty.', 'Accept', 'Welcome. You can now sign in to {tenant}, in its app or on its website. You can close this page.'],
      questions: 'Questions', help: 'Help', from: 'Account at {tenant}', here: 'your account',
      password: 'New password', username: 'Username', again: 'Repeat the new password',
      passwordHint: 'At least {length} characters. Several unrelated words are easy to remember and hard to guess.',
      usernameHint: '3 to 40 letters, digits, dots, hyphens or underscores.',
      differ: 'The two passwords differ.',
      broken: 'This link is not complete. Open it from the email again, or ask for a new one.',
      offline: 'The server cannot be reached. Try again in a moment.',
      other: 'That did not work. Try again in a moment. ({code})',
      used: 'This link is no longer valid. If your address is verified already, there is nothing to do. Otherwise ask for a new link.',
      codes: {
        INVALID_OR_EXPIRED_LINK: 'This link is no longer valid. Ask for a new one.',
        PASSWORD_LENGTH: 'Use a password of at least {length} characters.',
        PASSWORD_TOO_COMMON: 'This password is too easy to guess. Choose another one.',
        PASSWORD_BREACHED: 'This password is known from a data breach. Choose another one.',
        USERNAME_TAKEN: 'This username is taken. Choose another one.',
        USER_EXISTS: 'This username is taken. Choose another one.',
        ACCOUNT_NOT_ACTIVE: 'This account is closed. Ask {tenant} for help.',
        TENANT_SUSPENDED: '{tenant} cannot accept this at the moment. Ask them for help.',
        CUSTOMER_ERASED: 'This customer no longer exists. Ask {tenant} for help.',
        RATE_LIMITED: 'Too many attempts. Try again in a few minutes.',
      },
      fields: { '/username': 'Choose a username.', '/password': 'Choose a password.' },
    },
    id: {
      verify: ['Verifikasi alamat email Anda', 'Tekan tombol untuk memverifikasi bahwa alamat ini milik Anda.', 'Verifikasi', 'Selesai. Alamat Anda sudah terverifikasi. Halaman ini boleh ditutup.'],
      reset: ['Buat kata sandi baru', 'Anda akan keluar dari semua perangkat.', 'Simpan kata sandi', 'Selesai. Silakan masuk ke {tenant} dengan kata sandi baru, lewat aplikasi atau situs webnya. Halaman ini boleh ditutup.'],
      accept: ['Terima undangan', 'Buat cara Anda masuk. Jika sudah punya akun di sini, kosongkan semua kolom.', 'Terima', 'Selamat datang. Anda sudah bisa masuk ke {tenant}, lewat aplikasi atau situs webnya. Halaman ini boleh ditutup.'],
      questions: 'Pertanyaan', help: 'Bantuan', from: 'Akun di {tenant}', here: 'akun Anda',
      password: 'Kata sandi baru', username: 'Nama pengguna', again: 'Ulangi kata sandi baru',
      passwordHint: 'Paling sedikit {length} karakter. Beberapa kata yang tidak berkaitan mudah diingat dan sulit ditebak.',
      usernameHint: '3 sampai 40 huruf, angka, titik, tanda hubung, atau garis bawah.',
      differ: 'Kedua kata sandi berbeda.',
      broken: 'Tautan ini tidak lengkap. Buka lagi dari email, atau minta yang baru.',
      offline: 'Server tidak dapat dihubungi. Coba beberapa saat lagi.',
      other: 'Belum berhasil. Coba beberapa saat lagi. ({code})',
      used: 'Tautan ini sudah tidak berlaku. Jika alamat Anda sudah terverifikasi, tidak ada yang perlu dilakukan. Jika belum, minta tautan baru.',
      codes: {
        INVALID_OR_EXPIRED_LINK: 'Tautan ini sudah tidak berlaku. Minta yang baru.',
        PASSWORD_LENGTH: 'Gunakan kata sandi paling sedikit {length} karakter.',
        PASSWORD_TOO_COMMON: 'Kata sandi ini terlalu mudah ditebak. Buat yang lain.',
        PASSWORD_BREACHED: 'Kata sandi ini pernah bocor. Buat yang lain.',
        USERNAME_TAKEN: 'Nama pengguna ini sudah dipakai. Pilih yang lain.',
        USER_EXISTS: 'Nama pengguna ini sudah dipakai. Pilih yang lain.',
        ACCOUNT_NOT_ACTIVE: 'Akun ini sudah ditutup. Hubungi {tenant}.',
        TENANT_SUSPENDED: '{tenant} belum dapat menerima ini. Hubungi mereka.',
        CUSTOMER_ERASED: 'Pelanggan ini sudah tidak ada. Hubungi {tenant}.',
        RATE_LIMITED: 'Terlalu banyak percobaan. Coba beberapa menit lagi.',
      },
      fields: { '/username': 'Pilih nama pengguna.', '/password': 'Buat kata sandi.' },
    },
  };
  const pages = {
    '/account/verify-email': ['verify', '/api/v1/auth/verify-email', []],
    '/account/reset-password': ['reset', '/api/v1/auth/reset-password', ['password', 'again']],
    '/account/accept-invitation': ['accept', '/api/v1/auth/accept-invitation', ['username', 'password', 'again']],
  };
  const [name, route, fields] = pages[location.pathname];
  const part = (id) => document.getElementById(id);
  const state = { language: 'en', token: null, tenant: null, sender: null, look: {}, length: 12 };

  const fill = (text, code) => text
    .replaceAll('{tenant}', state.sender || words[state.language].here)
    .replaceAll('{length}', state.length)
    .replaceAll('{code}', code || '');
  const say = (text, bad) => { part('said').textContent = fill(text); part('said').className = bad ? 'bad' : ''; };
  const hide = (hidden) => { part('form').hidden = hidden; part('intro').hidden = hidden; };

  // The tenant's look: its colour with letters that can be read on it, its logo, and where questions go.
  const dress = () => {
    const { primaryColor, lettersColor, logo, supportEmail, supportUrl, footer } = state.look;
    const text = words[state.language];
    const { style } = document.documentElement;
    for (const [name, value] of [['--primary', primaryColor], ['--letters', lettersColor]]) {
      if (value) style.setProperty(name, value); else style.removeProperty(name);
    }
    part('logo').hidden = !logo;
    if (logo) part('logo').src = logo;
    const link = (href, label) => Object.assign(document.createElement('a'), { href, textContent: label, rel: 'noreferrer' });
    const ways = [
      ...(supportEmail ? [`${text.questions}: `, link(`mailto:${supportEmail}`, supportEmail)] : []),
      ...(supportEmail && supportUrl ? [' · '] : []),
      ...(supportUrl ? [link(supportUrl, text.help)] : []),
    ];
    part('help').replaceChildren(...ways);
    part('help').hidden = !ways.length;
    part('foot').textContent = footer || '';
    part('foot').hidden = !footer;
  };

  // Writes the page in its language; what somebody typed stays.
  const show = () => {
    const text = words[state.language];
    const [title, intro, button] = text[name];
    document.documentElement.lang = state.language;
    document.title = state.sender ? `${title} · ${state.sender}` : title;
    part('sender').textContent = fill(text.from);
    part('sender').hidden = !state.sender;
    part('title').textContent = title;
    dress();
    part('intro').textContent = intro;
    part('go').textContent = button;
    for (const field of fields) {
      part(`${field}-label`).textContent = text[field];
      const hint = text[`${field}Hint`];
      if (hint) part(`${field}-hint`).textContent = fill(hint);
    }
  };

  for (const field of fields) {
    const [box, label, input, hint] = ['div', 'label', 'input', 'p'].map((tag) => document.createElement(tag));
    box.className = 'field';
    label.id = `${field}-label`;
    label.htmlFor = field;
    input.id = field;
    input.name = field;
    input.type = field === 'username' ? 'text' : 'password';
    input.autocomplete = field === 'username' ? 'username' : 'new-password';
    box.append(label, input);
    if (words.en[`${field}Hint`]) {
      hint.id = `${field}-hint`;
      hint.className = 'hint';
      input.setAttribute('aria-describedby', hint.id);
      box.append(hint);
    }
    part('fields').append(box);
  }

  // What the tenant is called. Without an answer the page works all the same.
  const ask = async () => {
    const { tenant } = state;
    try {
      const answer = await fetch('/api/v1/auth/tenant', { headers: { 'x-tenant-id': tenant }, credentials: 'omit' });
      if (!answer.ok || tenant !== state.tenant) return;
      const { data } = await answer.json();
      state.sender = data.name;
      state.length = data.passwordMinLength;
      state.look = data;
      show();
    } catch { /* the form will say so */ }
  };

  // Behind the # nothing is sent to a server; once read, it is taken out of the address bar and the history.
  const open = () => {
    const link = new URLSearchParams(location.hash.slice(1));
    history.replaceState(null, '', location.pathname);
    const asked = link.get('lang') || navigator.language || 'en';
    Object.assign(state, { token: link.get('token'), tenant: link.get('tenant'), sender: null, look: {} });
    state.language = asked.toLowerCase().startsWith('id') ? 'id' : 'en';
    part('form').reset();
    const broken = !state.token || !state.tenant;
    hide(broken);
    show();
    say(broken ? words[state.language].broken : '', broken);
    if (!broken) ask();
  };

  // What is wrong, by the codes of the answer.
  const explain = (problem) => {
    const text = words[state.language];
    const errors = problem.errors || [];
    for (const error of errors) part(error.pointer.slice(1))?.setAttribute('aria-invalid', 'true');
    if (errors.length) {
      return errors.map((error) => text.codes[error.code] || (error.code === 'REQUIRED' && text.fields[error.pointer])
        || text[`${error.pointer.slice(1)}Hint`] || fill(text.other, error.code)).join(' ');
    }
    if (name === 'verify' && problem.code === 'INVALID_OR_EXPIRED_LINK') return text.used;
    return text.codes[problem.code] || fill(text.other, problem.code);
  };

  const send = async (event) => {
    event.preventDefault();
    const text = words[state.language];
    const given = new FormData(event.target);
    fields.forEach((field) => part(field).removeAttribute('aria-invalid'));
    if ((given.get('password') || '') !== (given.get('again') || '')) {
      part('again').setAttribute('aria-invalid', 'true');
      say(text.differ, true);
      return;
    }
    const body = { token: state.token };
    for (const field of fields) {
      if (field !== 'again' && given.get(field)) body[field] = given.get(field);
    }
    part('go').disabled = true;
    say('');
    try {
      const answer = await fetch(route, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tenant-id': state.tenant },
        body: JSON.stringify(body),
        credentials: 'omit',
      });
      if (answer.ok) {
        hide(true);
        say(text[name][3]);
      } else {
        say(explain(await answer.json()), true);
      }
    } catch {
      say(text.offline, true);
    }
    part('go').disabled = false;
  };

  part('form').addEventListener('submit', send);
  window.addEventListener('hashchange', () => { if (location.hash) open(); });
  open();
})();
