/** Things that run until they are stopped. One that is just starting is stopped too, once it has started. */
export class Parts {
  private readonly stops: Promise<() => Promise<void>>[] = [];
  private stopping: Promise<void> | null = null;

  /** Starts one and remembers how to stop it; refused once stopping has begun. */
  async start<T>(begin: () => Promise<T>, stop: (started: T) => Promise<void>): Promise<T> {
    if (this.stopping !== null) throw new Error('The services are being stopped.');
    const starting = begin();
    this.stops.push(
      starting.then(
        (started) => () => stop(started),
        () => () => Promise.resolve(),
      ),
    );
    return await starting;
  }

  /** Stops all at once, each only once. One that fails to stop does not keep the others running. */
  stop(): Promise<void> {
    this.stopping ??= Promise.allSettled(this.stops.map(async (stop) => (await stop)())).then(() => undefined);
    return this.stopping;
  }
}
