const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A number in four significant figures: `0.03417`, `83.05`, `1.2×10⁻⁵`; `–` where there is none. */
export function formatNumber(value: number, figures = 4): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) {
    const decimals = Math.max(0, figures - 1 - Math.floor(Math.log10(size)));
    return minus(value.toFixed(decimals));
  }
  const [mantissa = '', exponent = '0'] = value.toExponential(Math.max(0, figures - 2)).split('e');
  return `${minus(Number(mantissa).toString())}×10${superscript(Number(exponent))}`;
}

/** A length of time: `85 ms`, `7.2 s`, `12 min 04 s`, `3 h 20 min`. */
export function formatTime(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–';
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const tenths = milliseconds / 1000;
  if (tenths < 59.95) return `${tenths.toFixed(1)} s`;
  const seconds = Math.round(tenths);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Bytes in decimal units: `812 B`, `459 kB`, `2.1 GB`. */
export function formatSize(bytes: number): string {
  const [unit, scale] =
    bytes < 1e3 ? ['B', 1] : bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  const value = bytes / scale;
  return `${value < 10 && scale > 1 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** A whole number with its thousands apart, by spaces that do not break. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A day and time in universal time: the same page for everybody. */
export function formatDate(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '–';
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** 10 to a power, as people write it. */
export function powerOfTen(exponent: number): string {
  return `10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]);
  return (exponent < 0 ? '⁻' : '') + digits.join('');
}

function minus(text: string): string {
  return text.replace('-', '−');
}
