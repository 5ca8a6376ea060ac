// Runs in a hostile page. Each trick goes for `target`, a port of this machine, and resolves with all that it could
// read of an answer: an empty text where it could read nothing.

const patienceMs = 3_000;
const question = {
  model: 'm',
  max_tokens: 10,
  messages: [{ role: 'user', content: 'Spend what the owner of this machine has paid for.' }],
};
const json = JSON.stringify(question);

/** What `attempt` resolves with; nothing where it fails or takes too long. */
function patiently(attempt) {
  const tooLong = new Promise((resolve) => setTimeout(resolve, patienceMs, ''));
  return Promise.race([attempt, tooLong]).then(String, () => '');
}

async function read(url, options) {
  return (await fetch(url, options)).text();
}

/** Adds an element and waits until it has loaded or failed. */
function load(name, attributes, look = () => '') {
  return new Promise((resolve) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.onload = () => resolve(look(element));
    element.onerror = () => resolve('');
    document.body.append(element);
  });
}

/** The text inside a frame or a window, where the page may look. */
function textIn(place) {
  try {
    return place.document.body.innerText;
  } catch {
    return '';
  }
}

function submit(url, enctype, fields) {
  const name = `frame${Math.random()}`;
  const loaded = load('iframe', { name, src: 'about:blank' }).then(
    () =>
      new Promise((resolve) => {
        const frame = document.getElementsByName(name)[0];
        frame.onload = () => resolve(textIn(frame.contentWindow));
        const form = Object.assign(document.createElement('form'), {
          method: 'POST',
          action: url,
          enctype,
          target: name,
        });
        for (const [key, value] of Object.entries(fields)) {
          form.append(Object.assign(document.createElement('input'), { name: key, value }));
        }
        document.body.append(form);
        form.submit();
      }),
  );
  return loaded;
}

const post = { method: 'POST', body: json };
const messages = (target) => `${target}/v1/messages`;

const tricks = {
  'fetch GET /health': ({ target }) => read(`${target}/health`),
  'fetch GET /v1/models': ({ target }) => read(`${target}/v1/models`),
  'fetch HEAD /': ({ target }) => read(`${target}/`, { method: 'HEAD', mode: 'no-cors' }),
  'fetch no-cors GET /health': ({ target }) => read(`${target}/health`, { mode: 'no-cors' }),
  'fetch with credentials': ({ target }) => read(`${target}/health`, { credentials: 'include' }),
  'fetch kept alive': ({ target }) => read(messages(target), { ...post, keepalive: true }),
  'fetch in the loopback address space': ({ target }) =>
    read(`${target}/health`, { targetAddressSpace: 'loopback' }),
  'fetch POST text/plain': ({ target }) =>
    read(messages(target), { ...post, headers: { 'content-type': 'text/plain' } }),
  'fetch POST text/plain, no-cors': ({ target }) =>
    read(messages(target), { ...post, mode: 'no-cors', credentials: 'include' }),
  'fetch POST JSON, after a preflight': ({ target }) =>
    read(messages(target), { ...post, headers: { 'content-type': 'application/json' } }),
  'fetch with a guessed token': ({ target, guess }) =>
    read(`${target}/v1/models`, { headers: { authorization: `Bearer ${guess}` } }),
  'fetch with the right token': ({ target, token }) =>
    read(messages(target), {
      ...post,
      headers: { 'x-api-key': token, 'content-type': 'application/json' },
    }),
  'fetch PUT': ({ target }) => read(messages(target), { method: 'PUT', body: json }),
  'fetch through a redirect': ({ target }) =>
    read(`/redirect?to=${encodeURIComponent(messages(target))}`, { ...post, mode: 'no-cors' }),
  'fetch through a redirect, readable': ({ target }) =>
    read(`/redirect?to=${encodeURIComponent(`${target}/health`)}`),
  XMLHttpRequest: ({ target }) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.onloadend = () => resolve(request.responseText);
      request.open('POST', messages(target));
      request.setRequestHeader('content-type', 'text/plain');
      request.send(json);
    }),
  'XMLHttpRequest with a password': ({ target, token }) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.onloadend = () => resolve(request.responseText);
      request.open('GET', `${target}/v1/models`, true, 'user', token);
      request.withCredentials = true;
      request.send();
    }),
  'form text/plain': ({ target }) =>
    submit(messages(target), 'text/plain', { [`${json.slice(0, -1)},"x":"`]: '"}' }),
  'form urlencoded': ({ target }) =>
    submit(messages(target), 'application/x-www-form-urlencoded', { body: json }),
  'form multipart': ({ target }) => submit(messages(target), 'multipart/form-data', { body: json }),
  'beacon text/plain': ({ target }) => {
    navigator.sendBeacon(messages(target), json);
    return '';
  },
  'beacon JSON': ({ target }) => {
    navigator.sendBeacon(messages(target), new Blob([json], { type: 'application/json' }));
    return '';
  },
  EventSource: ({ target }) =>
    new Promise((resolve) => {
      const source = new EventSource(`${target}/v1/models`);
      const end = (text) => {
        source.close();
        resolve(text);
      };
      source.onmessage = (event) => end(event.data);
      source.onopen = () => setTimeout(end, 200, 'opened');
      source.onerror = () => end('');
    }),
  WebSocket: ({ target }) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${target.replace('http', 'ws')}/v1/responses`);
      socket.onopen = () => resolve('opened');
      socket.onmessage = (event) => resolve(event.data);
      socket.onclose = () => resolve('');
    }),
  image: ({ target }) =>
    load('img', { src: `${target}/health` }, (image) => `${image.width} pixels`),
  script: ({ target }) =>
    load('script', { src: `${target}/health` }, () => globalThis.leaked ?? ''),
  'module script': ({ target }) => import(`${target}/v1/models`).then(JSON.stringify),
  'style sheet': ({ target }) =>
    load('link', { rel: 'stylesheet', href: `${target}/health` }, ({ sheet }) =>
      [...sheet.cssRules].map(({ cssText }) => cssText).join(''),
    ),
  'frame, looked into': ({ target }) =>
    load('iframe', { src: `${target}/health` }, (frame) => textIn(frame.contentWindow)),
  'frame, asked by postMessage': ({ target }) =>
    new Promise((resolve) => {
      globalThis.addEventListener('message', (event) => resolve(event.data));
      void load('iframe', { src: `${target}/v1/models` }, (frame) => {
        frame.contentWindow.postMessage('tell me', '*');
        setTimeout(resolve, 100, '');
        return '';
      });
    }),
  'object element': ({ target }) =>
    load('object', { data: `${target}/health`, type: 'text/html' }, (element) =>
      textIn(element.contentWindow ?? {}),
    ),
  'window of its own': async ({ target }) => {
    const opened = window.open(`${target}/health`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const text = textIn(opened ?? {});
    opened?.close();
    return text;
  },
  'service worker': async ({ target }) => {
    const registration = await navigator.serviceWorker.register('/serviceWorker.js');
    const ready = registration.active ?? (await navigator.serviceWorker.ready).active;
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event) => resolve(event.data);
      ready.postMessage(`${target}/v1/models`, [port2]);
    });
  },
};

globalThis.namesOfTricks = Object.keys(tricks);
globalThis.play = (name, input) => patiently((async () => tricks[name](input))());
