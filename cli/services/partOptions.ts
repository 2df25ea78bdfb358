/** What every service of the stack is started with. */
export interface PartOptions {
  dataDir: string;
  /** The data directory is wiped at the next start: nothing in it has to survive a power cut or an end. */
  fleeting: boolean;
  /** Told in one line each what takes time or goes another way than usual. */
  say: (line: string) => void;
  /** Told when a server ended without having been stopped. */
  died: (line: string) => void;
}
