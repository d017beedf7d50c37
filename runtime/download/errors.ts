/** What can go wrong with a download, with the way out of it. */
export const DOWNLOAD_HINTS = {
  'no-network': 'Check the connection and the proxy; what has come so far is kept and resumed.',
  interrupted: 'Run the command again: it goes on where it stopped.',
  'not-on-server': 'The file has moved or gone: look for it where the project announces its files.',
  'server-error': 'Try again later; what has come so far is kept.',
  'web-page':
    'The server asks for a person: open the link in a browser, and put the file where the message says.',
  'wrong-size': 'Run the command again.',
  'wrong-checksum': 'The file is damaged or another: it was removed. Run the command again.',
  'disk-full': 'Make room and run the command again: it goes on where it stopped.',
  'not-writable': 'Check that the folder can be written to.',
  'bad-archive': 'The archive is damaged: download it again.',
  'hostile-archive': 'Nothing of it was put in its place. Do not trust where it came from.',
  'too-large': 'Nothing of it was put in its place. Archives of this project are not that large.',
} as const satisfies Record<string, string>;

export type DownloadErrorCode = keyof typeof DOWNLOAD_HINTS;

/** A download or an archive that failed: which, why, and the way out. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly hint: string;

  constructor(
    readonly code: DownloadErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.hint = DOWNLOAD_HINTS[code];
  }
}

/** An error of the file system as a DownloadError; others as they are. */
export function ofDisk(cause: unknown, path: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new DownloadError('disk-full', `There is no room left for ${path}`, { cause });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') {
    return new DownloadError('not-writable', `${path} cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
  return cause;
}
