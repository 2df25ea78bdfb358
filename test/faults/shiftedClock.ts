/** Loaded before a process of Kontor's own: its clock is off by KONTOR_TEST_CLOCK_MS, as that of a machine that nobody sets. */
const offMs = Number(process.env.KONTOR_TEST_CLOCK_MS ?? '0');
const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: ConstructorParameters<DateConstructor> | []) =>
    given.length === 0 ? new target(realNow() + offMs) : new target(...given),
  get: (target, name): unknown => (name === 'now' ? () => realNow() + offMs : (Reflect.get(target, name) as unknown)),
});
