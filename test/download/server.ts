import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine for the tests of a file: its address, what it was asked, and how it answers. */
export async function localServer() {
  const state = { handler: ((_, response) => response.writeHead(404).end()) as Handler };
  const asked: { readonly url: string; readonly range: string | undefined }[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', range: request.headers.range });
    state.handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    answer(handler: Handler) {
      asked.length = 0;
      state.handler = handler;
    },
  };
}

export interface ServeOptions {
  readonly etag?: string;
  /** Whether ranges are answered (default). */
  readonly ranges?: boolean;
  /** Bytes after which the first answers break off, one for each. */
  readonly breaks?: number[];
  /** Bytes of the file that its reader has. */
  readonly received?: () => number;
}

/** Answers with a file. */
export function serve(
  content: Buffer,
  { etag = '"1"', ranges = true, breaks = [], received = () => Number.POSITIVE_INFINITY }: ServeOptions = {},
): Handler {
  return (request, response) => {
    const range = /^bytes=(\d+)-/.exec(request.headers.range ?? '');
    const fresh = request.headers['if-range'] === etag;
    const start = range && ranges && fresh ? Number(range[1]) : 0;
    if (start > 0 && start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      'content-length': rest.length,
      ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    const limit = breaks.shift();
    if (limit === undefined) response.end(rest);
    else
      response.write(rest.subarray(0, limit), () => {
        // What is on its way when a connection breaks is lost, so on a busy machine the break waits for the reader.
        const waiting = setInterval(() => {
          if (received() < start + limit) return;
          clearInterval(waiting);
          response.destroy();
        }, 2);
      });
  };
}
