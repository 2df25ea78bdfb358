// Without this, the SDK's `Duration` silently becomes `any`: it imports the type from `ms`, which ships none.
declare module 'ms' {
  type Unit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'y' | 'second' | 'seconds' | 'minute' | 'minutes';
  type LongUnit = 'hour' | 'hours' | 'day' | 'days' | 'week' | 'weeks' | 'year' | 'years';
  export type StringValue = `${number}` | `${number}${Unit | LongUnit}` | `${number} ${Unit | LongUnit}`;
  export default function ms(value: StringValue): number;
}
