/**
 * Preloaded into every process that the CLI starts: when the CLI is gone, however it went, they end too. They do so by
 * themselves in order; this is for one that has not come so far yet, or hangs.
 */
const GRACE_MS = 10_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), GRACE_MS).unref();
});
// Listening must not keep a process alive that has done its work.
process.channel?.unref();
