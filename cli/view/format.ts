const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in three figures, e.g. `2.14 GB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return '–';
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : figures(value, 3)} ${UNITS[unit]}`;
}

/** A length of time as a clock shows it: `0:07`, `12:04`, `1:02:03`, and from 100 hours on `5 d 3 h`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–';
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  if (hours >= 100) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** The time of one pull as what a person can picture: `12.5 pulls/s`, or `3.20 s/pull` for slow ones. */
export function formatSpeed(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds) || milliseconds <= 0) return '–';
  if (milliseconds > 1000) return `${figures(milliseconds / 1000, 3)} s/pull`;
  return `${figures(1000 / milliseconds, 3)} pulls/s`;
}

/** A count with thin groups of three, e.g. `12 400`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A loss or metric in four figures and at most eight columns: `0.1234`, `12.35`, `1.23e-5`, `NaN`. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e5) return value.toExponential(2).replace('e+', 'e');
  return size < 1 ? value.toFixed(4) : figures(value, 4);
}

/** A share in [0, 1] as a percentage, rounded down so that 100 % means done. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return '– %';
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100 + 1e-9)} %`;
}

/** The time of day, e.g. `14:03:59`, in the machine's time zone. */
export function formatClock(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
}

/** A number in `count` significant figures, never in exponents. */
function figures(value: number, count: number): string {
  const digits = Math.floor(Math.log10(Math.abs(value))) + 1;
  return value.toFixed(Math.max(0, count - Math.max(1, digits)));
}
