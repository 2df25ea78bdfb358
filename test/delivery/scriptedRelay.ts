import { createServer, type Socket } from 'node:net';

/** What a scripted relay does instead of its usual reply: another reply, nothing (`silence`), or the end (`cut`). */
export type Answer = string;

export interface Script {
  greeting?: Answer;
  mailFrom?: Answer;
  /** To that recipient. */
  rcptTo?: Answer | ((command: string) => Answer | undefined);
  data?: Answer;
  /** Once the body has begun, long before its end. */
  body?: 'cut';
  /** After the final dot. */
  end?: Answer;
}

export interface ScriptedRelay {
  url: string;
  /** Bodies whose final dot has arrived. */
  bodies: string[];
  /** Message-IDs of those that it has kept, said so or not. */
  accepted: string[];
  connections(): number;
  close(): Promise<void>;
}

function answerOf(answer: Script['rcptTo'], command: string): Answer | undefined {
  return typeof answer === 'function' ? answer(command) : answer;
}

/** An SMTP server that follows `script` for the nth mail (from 1): for what a real one does only on bad days. */
export async function scriptedRelay(script: (mail: number) => Script): Promise<ScriptedRelay> {
  const bodies: string[] = [];
  const accepted: string[] = [];
  const sockets = new Set<Socket>();
  let mails = 0;
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let current: Script = script(mails + 1);
    let buffered = '';
    let inBody = false;
    const say = (answer: Answer | undefined, usual: string) => {
      if (answer === 'cut') socket.destroy();
      else if (answer !== 'silence') socket.write(`${answer ?? usual}\r\n`);
    };
    const take = () => {
      if (inBody) {
        if (current.body === 'cut') {
          socket.destroy();
          return;
        }
        const end = buffered.indexOf('\r\n.\r\n');
        if (end === -1) return;
        const body = buffered.slice(0, end);
        bodies.push(body);
        if (!/^[45]/.test(current.end ?? '')) accepted.push(/^Message-ID:\s*<(.*)>$/im.exec(body)?.[1] ?? '');
        buffered = buffered.slice(end + 5);
        inBody = false;
        say(current.end, '250 kept');
      }
      for (let at = buffered.indexOf('\r\n'); at !== -1 && !inBody; at = buffered.indexOf('\r\n')) {
        const command = buffered.slice(0, at).toUpperCase();
        buffered = buffered.slice(at + 2);
        if (command.startsWith('MAIL FROM')) {
          mails += 1;
          current = script(mails);
          say(current.mailFrom, '250 sender');
        } else if (command.startsWith('RCPT TO')) say(answerOf(current.rcptTo, command), '250 recipient');
        else if (command === 'DATA') {
          inBody = current.data === undefined;
          say(current.data, '354 go on');
        } else if (command === 'QUIT') {
          socket.end('221 bye\r\n');
        } else say(undefined, command === 'STARTTLS' ? '502 no TLS here' : '250 fine');
      }
    };
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      take();
    });
    say(current.greeting, '220 scripted');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    bodies,
    accepted,
    connections: () => connections,
    close: () =>
      new Promise((closed) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          closed();
        });
      }),
  };
}
