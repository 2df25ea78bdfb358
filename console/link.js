/**
 * The page behind the links in mails: it takes the secret from behind the `#`, which no server has seen, asks the API what
 * the link is for, and shows the one form that belongs to it. Nothing is used up before somebody presses its button.
 * Everything is text: what the API answers never becomes markup.
 */
import { WORDS } from './words.js';

const API = new URL('../v1/', import.meta.url);
const SHORTEST = 12;
const LONGEST = 200;

const main = document.getElementById('page');
const locale =
  navigator.languages.map((tag) => tag.toLowerCase().split('-')[0]).find((code) => Object.hasOwn(WORDS, code)) ?? 'en';
const words = WORDS[locale];

function fill(text, values = {}) {
  return text.replaceAll(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
}

function day(instant) {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(new Date(instant));
}

function month(period) {
  const [year, number] = period.split('-').map(Number);
  const first = new Date(Date.UTC(year, number - 1, 1));
  return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(first);
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

function paragraphs(...texts) {
  return texts.map((text) => element('p', {}, text));
}

/** Shows another state of the page: whoever does not see it hears its heading. */
function show(heading, ...content) {
  const title = element('h1', { tabindex: '-1' }, heading);
  document.title = `${heading} – Kontor`;
  main.replaceChildren(title, ...content);
  title.focus();
}

/** An answer of the API: its status (0: none came), its JSON, and the problem's code. */
async function ask(path, body) {
  try {
    const response = await fetch(new URL(path, API), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
    });
    const text = await response.text();
    const json = text === '' ? null : JSON.parse(text);
    return { status: response.status, ok: response.ok, json, code: response.ok ? null : json?.code };
  } catch {
    return { status: 0, ok: false, json: null, code: null };
  }
}

/** A sentence for an answer that is no success and needs no form of its own. */
function sentence({ status, code, json }) {
  if (status === 0 || status >= 500) return words.failed;
  if (code === 'RATE_LIMITED') return words.tooMany;
  if (code === 'LOCAL_LOGIN_OFF') return words.localLoginOff;
  return fill(words.refused, { detail: json?.detail ?? String(status) });
}

function button(text, kind, work) {
  const made = element('button', { type: 'button', class: kind }, text);
  made.addEventListener('click', work);
  return made;
}

/**
 * A form with one button. `submit` returns an error: `field` names its input, which gets the focus; without one it stands
 * above the button. A second press while the first is under way does nothing.
 */
function form(text, content, submit) {
  const problem = element('p', { class: 'error', role: 'alert' });
  const send = element('button', { type: 'submit' }, text);
  const made = element('form', { novalidate: '' }, ...content, problem, send);
  let busy = false;
  made.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    send.setAttribute('aria-disabled', 'true');
    problem.textContent = '';
    for (const input of made.querySelectorAll('[aria-invalid]')) {
      input.removeAttribute('aria-invalid');
      document.getElementById(`${input.id}-error`).textContent = '';
    }
    const error = await submit();
    busy = false;
    send.removeAttribute('aria-disabled');
    if (error === undefined || !made.isConnected) return;
    const input = error.field === undefined ? null : made.querySelector(`#${error.field}`);
    if (input === null) {
      problem.textContent = error.text;
      send.focus();
      return;
    }
    document.getElementById(`${input.id}-error`).textContent = error.text;
    input.setAttribute('aria-invalid', 'true');
    input.focus();
  });
  return made;
}

/** An input or a text area with its label, what it takes, and a place for its error. */
function field(input, label, hint) {
  const { id } = input;
  const describedBy = [`${id}-error`, ...(hint === undefined ? [] : [`${id}-hint`])];
  input.setAttribute('aria-describedby', describedBy.join(' '));
  return element(
    'div',
    {},
    element('label', { for: id }, label),
    ...(hint === undefined ? [] : [element('p', { id: `${id}-hint` }, hint)]),
    input,
    element('p', { id: `${id}-error`, class: 'error' }),
  );
}

/** For a new password, whatever became of the link before. */
function askAgain() {
  const email = element('input', { id: 'email', type: 'email', autocomplete: 'username', required: '' });
  const made = form(words.askAgain.send, [field(email, words.askAgain.email)], async () => {
    const address = email.value.trim();
    if (!/^[^\s@]+@[^\s@]+$/.test(address)) return { field: 'email', text: words.askAgain.invalid };
    const answer = await ask('password/forgotten', { email: address });
    if (answer.code === 'VALIDATION_FAILED') return { field: 'email', text: words.askAgain.invalid };
    if (!answer.ok) return { text: sentence(answer) };
    show(words.askAgain.heading, ...paragraphs(words.askAgain.sent));
    return undefined;
  });
  return [element('h2', {}, words.askAgain.heading), made];
}

function showUnknown() {
  show(words.unknown.heading, ...paragraphs(words.unknown.text, words.unknown.next), ...askAgain());
}

function showOld({ kind, state }) {
  const next = kind === 'reset' ? askAgain() : [];
  if (state === 'withdrawn') {
    show(words.withdrawn.heading, ...paragraphs(words.withdrawn.text, words.expired[kind]), ...next);
  } else if (state === 'used') {
    // Those of an application are good until they are too old.
    show(words.used.heading, ...paragraphs(words.used[kind] ?? words.withdrawn.text), ...next);
  } else {
    show(words.expired.heading, ...paragraphs(words.expired[kind]), ...next);
  }
}

function passwordError(password) {
  const characters = [...password.normalize('NFKC')];
  if (characters.length < SHORTEST) return words.password.tooShort;
  if (characters.length > LONGEST) return words.password.tooLong;
  return new Set(characters).size === 1 ? words.password.repeated : undefined;
}

function passwordFields(email) {
  const login = element('input', {
    ...{ id: 'login', type: 'email', autocomplete: 'username', readonly: '' },
    value: email,
  });
  const password = element('input', { id: 'password', type: 'password', autocomplete: 'new-password', required: '' });
  const shown = element('input', { id: 'shown', type: 'checkbox' });
  shown.addEventListener('change', () => {
    password.type = shown.checked ? 'text' : 'password';
  });
  const choice = element('p', { class: 'choice' }, shown, ' ', element('label', { for: 'shown' }, words.password.show));
  const rules = field(password, words.password.label, words.password.rules);
  return { password, content: [field(login, words.password.signInAs), rules, choice] };
}

/** An invitation, or another password. */
function showPerson(secret, link) {
  const { kind, email, companyName, choosesPassword } = link;
  const values = { company: companyName ?? '', email };
  const { password, content } = choosesPassword ? passwordFields(email) : { password: undefined, content: [] };
  const submit = async () => {
    const error = password && passwordError(password.value);
    if (error !== undefined) return { field: 'password', text: error };
    const answer = await ask('password/by-link', { link: secret, ...(password && { password: password.value }) });
    if (answer.ok) {
      show(words[kind].heading, ...paragraphs(fill(words[kind].done, values), fill(words.signIn, values)));
      return undefined;
    }
    if (answer.code === 'LINK_INVALID') {
      await open(secret);
      return undefined;
    }
    const ofPassword = (answer.json?.errors ?? []).some(({ field: name }) => name === '/password');
    if (ofPassword) return { field: 'password', text: words.password.notAccepted };
    return { text: sentence(answer) };
  };
  if (kind === 'reset') {
    show(words.reset.heading, ...paragraphs(words.reset.intro), form(words.password.save, content, submit));
    return;
  }
  const choose = choosesPassword ? words.invitation.choose : words.invitation.known;
  show(
    words.invitation.heading,
    ...paragraphs(fill(words.invitation.intro, values), choose),
    form(words.invitation.accept, content, submit),
  );
}

function showContact(secret, { email, purpose }) {
  const values = { email, purpose: words.contact.purposes[purpose] };
  const submit = async () => {
    const answer = await ask('contacts/confirm', { link: secret });
    if (answer.ok) {
      const applied = answer.json.programmes.length > 0 ? [words.contact.applied] : [];
      show(words.contact.heading, ...paragraphs(fill(words.contact.done, values), ...applied));
      return undefined;
    }
    if (answer.code === 'LINK_INVALID') {
      await open(secret);
      return undefined;
    }
    if (answer.code === 'STATE_CONFLICT') return { text: words.contact.stateConflict };
    if (answer.code === 'TERRITORY_NOT_SERVED') return { text: words.contact.territory };
    return { text: sentence(answer) };
  };
  show(
    words.contact.heading,
    ...paragraphs(fill(words.contact.intro, values), words.contact.ignore),
    form(words.contact.confirm, [], submit),
  );
}

function countryName(code) {
  return new Intl.DisplayNames([locale], { type: 'region' }).of(code) ?? code;
}

/** A wish to be told when a programme opens in a country: confirmed, and withdrawn before or after. */
function showWaiting(secret, { email, waiting }) {
  const texts = words.waiting;
  const values = { email, programme: waiting.programmeName, country: countryName(waiting.country) };
  /** Asks for one of the two, and shows what came of it. */
  const send = async (path, next) => {
    const answer = await ask(path, { link: secret });
    if (answer.ok) next();
    else if (answer.code === 'LINK_INVALID') await open(secret);
    else return { text: sentence(answer) };
    return undefined;
  };
  const withdraw = form(texts.withdraw, [], () =>
    send('waiting-list/withdraw', () => show(texts.heading, ...paragraphs(fill(texts.withdrawn, values)))),
  );
  withdraw.querySelector('button').classList.add('other');
  const showConfirmed = () => show(texts.heading, ...paragraphs(fill(texts.waits, values)), withdraw);
  if (waiting.confirmed) {
    showConfirmed();
    return;
  }
  const confirm = form(texts.confirm, [], () => send('waiting-list/confirm', showConfirmed));
  show(texts.heading, ...paragraphs(fill(texts.intro, values), texts.ignore), confirm, withdraw);
}

function factsOf(application) {
  const { programmeName, company, state, appliedAt, decideUntil, decidedAt, reason, joinedPeriod } = application;
  const texts = words.application;
  const facts = [
    [texts.programme, programmeName],
    [texts.company, company],
    [texts.state, texts.states[state]],
    [texts.appliedAt, day(appliedAt)],
    ...(state === 'applied' ? [[texts.decideUntil, day(decideUntil)]] : []),
    ...(decidedAt === null || state === 'applied' ? [] : [[texts.decidedAt, day(decidedAt)]]),
    ...(reason === null ? [] : [[texts.reason, reason]]),
    ...(joinedPeriod === null ? [] : [[texts.joins, month(joinedPeriod)]]),
  ];
  return element('dl', {}, ...facts.flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)]));
}

/** Asks a second time before it ends the sign-up. */
function withdrawal(secret, reopen) {
  const texts = words.application;
  const reason = element('textarea', { id: 'reason', rows: '3', maxlength: '1000' });
  const made = form(texts.withdrawNow, [field(reason, texts.withdrawReason)], async () => {
    const said = reason.value.replaceAll(/\s+/g, ' ').trim();
    const answer = await ask('registrations/own/withdraw', { link: secret, ...(said === '' ? {} : { reason: said }) });
    if (answer.status === 202) show(texts.heading, ...paragraphs(texts.pending));
    else if (answer.ok) await reopen();
    else if (answer.code === 'ALREADY_DECIDED') await reopen(texts.decided);
    else if (answer.code === 'LINK_INVALID') await open(secret);
    else return { text: sentence(answer) };
    return undefined;
  });
  made.append(button(texts.keep, 'other', () => void reopen()));
  return made;
}

async function showApplication(secret, notice) {
  const answer = await ask('registrations/own', { link: secret });
  if (!answer.ok) {
    showFailure(answer, () => showApplication(secret));
    return;
  }
  const texts = words.application;
  const facts = factsOf(answer.json);
  const reopen = (said) => showApplication(secret, said);
  const withdraw = button(texts.withdraw, 'other', () => {
    show(texts.withdraw, ...paragraphs(texts.withdrawText), withdrawal(secret, reopen));
  });
  const said = notice === undefined ? [] : [element('p', { role: 'status' }, notice)];
  show(texts.heading, ...said, facts, ...(answer.json.state === 'applied' ? [withdraw] : []));
}

function showFailure(answer, again) {
  show(
    'Kontor',
    element('p', { role: 'alert' }, sentence(answer)),
    button(words.retry, '', () => void again()),
  );
}

async function open(secret) {
  if (secret === '') {
    show(words.noLink.heading, ...paragraphs(words.noLink.text), ...askAgain());
    return;
  }
  const answer = await ask('links/look-up', { link: secret });
  if (answer.code === 'LINK_INVALID' || answer.code === 'VALIDATION_FAILED') showUnknown();
  else if (!answer.ok) showFailure(answer, () => open(secret));
  else if (answer.json.state !== 'good') showOld(answer.json);
  else if (answer.json.kind === 'contact') showContact(secret, answer.json);
  else if (answer.json.kind === 'application') await showApplication(secret);
  else if (answer.json.kind === 'waiting') showWaiting(secret, answer.json);
  else showPerson(secret, answer.json);
}

/** Takes the secret out of the address bar: it is not to stay in the history, nor on a screen that is shared. */
function takeSecret() {
  const secret = location.hash.slice(1).trim();
  history.replaceState(null, '', location.pathname);
  return secret;
}

document.documentElement.lang = locale;
main.replaceChildren(element('p', {}, words.loading));
// Another link followed in the same tab changes nothing but what stands behind the `#`.
addEventListener('hashchange', () => {
  if (location.hash !== '') void open(takeSecret());
});
await open(takeSecret());
