import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { startChromium, type Chromium } from '../support/chromium.js';
import { openMailbox, type Mailbox } from '../support/mailbox.js';
import { monthFixture } from '../support/month.js';
import { addPerson, browser, PASSWORD } from '../support/people.js';

let api: TestApi;
let mailbox: Mailbox;
let chromium: Chromium;
let partnerTeam: string;
let mspId: string;
let mspToken: string;
const pages: Page[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  api = await startTestApi({ limits: { guessesPerMinute: 10_000, strangersPerHour: 100, updateTimeoutMs: 300 } });
  mailbox = await openMailbox(api.database.db);
  chromium = await startChromium();
  partnerTeam = await api.token('vendor');
  const month = monthFixture(api.database.db);
  const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
  mspId = await month.msp({ name: 'MSP Alpha', distributorId });
  mspToken = await api.token('service_provider', { companyId: mspId });
  const territory = { distributorId, opensOn: '2026-01-01' };
  await api.call('PUT', '/v1/programmes/msp/territories/IT', { token: partnerTeam, body: territory });
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close();
  expect(complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
  await chromium.close();
  await mailbox.close();
  await api.close();
});

/** The address in a mail as its reader sees it. */
async function linkTo(address: string): Promise<string> {
  const text = (await mailbox.read(address)).at(-1)?.text ?? '';
  return /https?:\/\/\S+\/console\/link#[\w-]{43}(?!\S)/.exec(text)?.[0] ?? `no link in: ${text}`;
}

async function follow(link: string, locale = 'en-GB'): Promise<Page> {
  const page = await chromium.page({ locale, viewport: { width: 320, height: 640 } });
  pages.push(page);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the API refuses Chromium logs as well.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  await page.goto(link);
  await page.waitForSelector('h1');
  return page;
}

const heading = (page: Page) => page.textContent('h1');
const text = (page: Page) => page.innerText('main');
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const headed = (page: Page, title: string) => page.getByRole('heading', { level: 1, name: title }).waitFor();

/** What a checker of accessibility finds, and whether anything is cut off at 320 pixels. */
async function faults(page: Page): Promise<unknown[]> {
  // The page's own policy lets no other script in; a checker is put there by the browser itself.
  const found = await page.evaluate(
    `${axe.source}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`,
  );
  const wide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
  return [...(found as unknown[]), ...(wide ? ['wider than the screen'] : [])];
}

async function invited(email: string, locale = 'en'): Promise<string> {
  const body = { name: 'Bernd Example', email, locale, zone: 'Europe/Berlin', level: 'operator' };
  expect((await api.call('POST', '/v1/people', { token: mspToken, body })).status).toBe(201);
  return linkTo(email);
}

async function signUp(email: string): Promise<string> {
  const company = { name: 'MSP <b>Beta</b>', registrationNumber: randomUUID(), address: ['Via 1'], country: 'IT' };
  const body = {
    ...{ programme: 'msp', company, contact: { name: 'Somebody', email } },
    ...{ locale: 'en', zone: 'Europe/Rome' },
  };
  expect((await api.call('POST', '/v1/registrations', { body })).status).toBe(202);
  return linkTo(email);
}

async function expire(email: string): Promise<void> {
  const month = monthFixture(api.database.db);
  await month.run(
    `update one_time_link set expires_at = made_at where person_id = (select id from person where email = :email)`,
    { email },
  );
}

describe('the page behind the link of a mail', () => {
  it('leads from an invitation to a working sign-in', async () => {
    const email = `${randomUUID()}@people.example`;
    const page = await follow(await invited(email));
    expect(await heading(page)).toBe('Accept your invitation');
    expect(await text(page)).toContain('act for MSP Alpha');
    expect(page.url()).toBe(`${api.url}/console/link`);
    expect(await page.inputValue('#login')).toBe(email);
    expect(await faults(page)).toEqual([]);

    await page.getByLabel('New password').fill('short');
    await page.keyboard.press('Enter');
    await page.getByText('Take at least 12 characters.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('password');
    expect(await page.getAttribute('#password', 'aria-invalid')).toBe('true');
    expect(await faults(page)).toEqual([]);
    await page.getByLabel('New password').fill(email);
    await press(page, 'Accept the invitation');
    await page.getByText('This password is not accepted.').waitFor();

    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('Show the password').check();
    expect(await page.getAttribute('#password', 'type')).toBe('text');
    await press(page, 'Accept the invitation');
    await page.getByText(`Sign in as ${email} from now on.`).waitFor();
    expect(await faults(page)).toEqual([]);
    const signedIn = await browser(api).signIn(email);
    expect([signedIn.status, signedIn.json.actingFor.company.id]).toEqual([201, mspId]);
  });

  it('works by keyboard alone', async () => {
    const email = `${randomUUID()}@people.example`;
    const page = await follow(await invited(email));
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText(`Sign in as ${email} from now on.`).waitFor();
    expect((await browser(api).signIn(email)).status).toBe(201);
  });

  it('asks who has a login already for no password, and changes none', async () => {
    const anna = await addPerson(api.database.db);
    const page = await follow(await invited(anna.email));
    expect(await text(page)).toContain('keep your password');
    expect(await page.locator('input').count()).toBe(0);
    await press(page, 'Accept the invitation');
    await page.getByText('The invitation is accepted').waitFor();
    expect((await browser(api).signIn(anna.email)).status).toBe(201);
  });

  it('says in the reader’s language what an old invitation needs, and what a used one does', async () => {
    const email = `${randomUUID()}@people.example`;
    const link = await invited(email, 'de');
    await expire(email);
    for (const [locale, title] of [
      ['de-AT', 'Dieser Link ist zu alt'],
      ['it-IT', 'Questo link è troppo vecchio'],
      ['pl-PL', 'Ten link jest za stary'],
      ['ja-JP', 'This link is too old'],
    ] as const) {
      const page = await follow(link, locale);
      expect(await heading(page)).toBe(title);
      expect(await page.getAttribute('html', 'lang')).toBe(locale === 'ja-JP' ? 'en' : locale.slice(0, 2));
      expect(await faults(page)).toEqual([]);
    }
    const again = `${randomUUID()}@people.example`;
    const good = await invited(again);
    await api.call('POST', '/v1/password/by-link', { body: { link: good.split('#')[1], password: PASSWORD } });
    const used = await follow(good);
    expect(await heading(used)).toBe('This link was used already');
    expect(await text(used)).toContain('Sign in with your mail address');
  });

  it('helps with a link that nobody knows, and with none at all, to another one', async () => {
    const anna = await addPerson(api.database.db);
    const unknown = await follow(`${api.url}/console/link#${'x'.repeat(43)}`);
    expect(await heading(unknown)).toBe('This link does not work');
    expect(await faults(unknown)).toEqual([]);
    const none = await follow(`${api.url}/console/link`);
    expect(await heading(none)).toBe('Open the link in your mail');
    await press(none, 'Send the link');
    await none.getByText('Write a mail address').waitFor();
    await none.getByLabel('Mail address').fill(anna.email);
    await press(none, 'Send the link');
    await none.getByText('a mail is on its way').waitFor();

    const reset = await follow(await linkTo(anna.email));
    expect(await heading(reset)).toBe('Choose a new password');
    await reset.getByLabel('New password').fill('another horse, another battery');
    await press(reset, 'Save the password');
    await reset.getByText('The new password is saved.').waitFor();
    expect((await browser(api).signIn(anna.email)).status).toBe(401);
    expect((await browser(api).signIn(anna.email, 'another horse, another battery')).status).toBe(201);
  });

  it('takes another link that is followed in the same tab', async () => {
    const link = await invited(`${randomUUID()}@people.example`);
    const page = await follow(`${api.url}/console/link`);
    await page.goto(link);
    await headed(page, 'Accept your invitation');
    expect(page.url()).toBe(`${api.url}/console/link`);
  });

  it('confirms an address, then shows the sign-up, and withdraws it once that is asked twice', async () => {
    const email = `${randomUUID()}@sign-up.example`;
    const link = await signUp(email);
    const page = await follow(link);
    expect(await heading(page)).toBe('Confirm this address');
    expect(await text(page)).not.toContain('Beta');
    expect(await faults(page)).toEqual([]);
    await press(page, 'Confirm the address');
    await page.getByText('Your sign-up counts from now on.').waitFor();
    expect(await heading(await follow(link))).toBe('This link was used already');

    const own = await follow(await linkTo(email));
    expect(await heading(own)).toBe('Your sign-up');
    expect(await text(own)).toContain('MSP <b>Beta</b>');
    expect(await text(own)).toContain('the partner team looks at it');
    expect(await faults(own)).toEqual([]);
    await press(own, 'Withdraw the sign-up');
    expect(await faults(own)).toEqual([]);
    await press(own, 'Keep it');
    await headed(own, 'Your sign-up');
    await press(own, 'Withdraw the sign-up');
    await own.getByLabel('Reason, if you like').fill('Another\nvendor');
    await press(own, 'Withdraw it now');
    // Nobody works on workflows here: it is taken, and what becomes of it is seen later.
    await own.getByText('It is being withdrawn.').waitFor();
  });

  it('confirms the wish to be told, and withdraws it by the same link', async () => {
    const email = `${randomUUID()}@waiting.example`;
    const body = { country: 'FR', email, locale: 'en' };
    expect((await api.call('POST', '/v1/programmes/msp/waiting-list', { body })).status).toBe(202);
    const link = await linkTo(email);
    const page = await follow(link);
    expect(await heading(page)).toBe('Be told when it opens');
    expect(await text(page)).toMatch(/when .+ takes registrations from this country: France\./);
    expect(await faults(page)).toEqual([]);
    await press(page, 'Tell me');
    await page.getByText(`${email} is told by mail, once`).waitFor();
    expect(await faults(page)).toEqual([]);

    const again = await follow(link, 'de-DE');
    expect(await text(again)).toContain('aus diesem Land annimmt: Frankreich.');
    expect(await again.getByRole('button').allInnerTexts()).toEqual(['Meine Adresse von der Liste nehmen']);
    await press(again, 'Meine Adresse von der Liste nehmen');
    await again.getByText(`${email} steht nicht mehr auf der Liste.`).waitFor();
    expect(await heading(await follow(link))).toBe('This link does not count any more');
  });

  it('says so where the API is away or has had enough, and goes on once it is asked again', async () => {
    const link = await invited(`${randomUUID()}@people.example`);
    const page = await chromium.page();
    pages.push(page);
    let answer: 'none' | 'busy' | 'real' = 'none';
    await page.route('**/v1/links/look-up', (route) => {
      if (answer === 'none') return route.abort();
      return answer === 'busy' ? route.fulfill({ status: 429, json: { code: 'RATE_LIMITED' } }) : route.continue();
    });
    await page.goto(link);
    await page.getByText('Kontor does not answer.').waitFor();
    answer = 'busy';
    await press(page, 'Try again');
    await page.getByText('Too many tries.').waitFor();
    answer = 'real';
    await press(page, 'Try again');
    await headed(page, 'Accept your invitation');
  });

  it('is not kept, not framed, runs nothing but its own script, and names no address to anybody', async () => {
    const answer = await api.call('GET', '/console/link');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none';object-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';script-src 'self';style-src 'self';connect-src 'self'",
    );
    for (const name of ['link.js', 'link.css', 'words.js']) {
      const file = await api.call('GET', `/console/${name}`);
      expect([file.status, file.headers.get('cache-control')]).toEqual([200, 'no-store']);
    }
    for (const path of ['', '/', '/link/', '/..%2fpackage.json', '/.env']) {
      expect((await api.call('GET', `/console${path}`)).status).toBe(404);
    }
    const looked = await api.call('POST', '/v1/links/look-up', { body: { link: 'x'.repeat(43) } });
    expect([looked.status, looked.json.code]).toEqual([410, 'LINK_INVALID']);
  });
});
