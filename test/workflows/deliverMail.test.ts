import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createMailStarts } from '../../starts/deliverMail.js';
import { createProgramme, eventually, type Programme } from '../support/programme.js';

describe('mails that somebody waits for', () => {
  let programme: Programme;
  beforeAll(async () => {
    programme = await createProgramme();
  });
  afterAll(() => programme.stop());

  it('are sent also where sending the first of them was asked for before', async () => {
    const { client: temporal, taskQueue } = programme.app;
    const mails = createMailStarts({ temporal, taskQueue, log: pino({ level: 'silent' }) });
    const runs = async () => {
      const found = [];
      const query = `WorkflowId = 'deliver-mail:asked-again' and TaskQueue = '${taskQueue}' and ExecutionStatus = 'Completed'`;
      for await (const { runId } of temporal.workflow.list({ query })) found.push(runId);
      return found;
    };
    mails.soon('asked-again');
    await eventually(runs, ({ length }) => length === 1);
    // Those asked for within a moment are sent by the run that is named after the first.
    mails.soon('asked-again');
    mails.soon('another');
    expect(await eventually(runs, ({ length }) => length === 2)).toHaveLength(2);
  });

  it('go with one that somebody waits for, and do not keep it waiting', async () => {
    const { client: temporal, taskQueue } = programme.app;
    const mails = createMailStarts({ temporal, taskQueue, log: pino({ level: 'silent' }) });
    const begun = async (mail: string) => (await temporal.workflow.getHandle(`deliver-mail:${mail}`).describe()).runId;
    mails.shortly('letter');
    mails.soon('link');
    mails.shortly('another-letter');
    await eventually(
      () => begun('link').catch(() => null),
      (runId) => runId !== null,
    );
    // Longer than a letter waits.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await expect(begun('letter')).rejects.toThrow('not found');
    await expect(begun('another-letter')).rejects.toThrow('not found');
  });
});
