import { monthNames, weekdayNames } from './calendar.ts';
import { civilOf, type Civil, type Instant } from './instant.ts';

/** The pieces of a layout that stand for something, longest first where one begins another. */
const pieces =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|_2006|__2|_2|2|3|4|5|PM|pm|[-Z]07(?::00:00|0000|:00|00)?|[.,](?:0+|9+)(?![0-9])/g;

const pad = (value: number, length = 2, filling = '0'): string => String(value).padStart(length, filling);

/** An offset in the form of a layout's piece: `-0700`, `-07:00`, `Z07:00:00`. */
function offsetText(offset: number, piece: string): string {
  if (offset === 0 && piece.startsWith('Z')) return 'Z';
  const total = Math.abs(offset);
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60].map((part) => pad(part));
  const shown = parts.slice(0, piece.replace(/[^0-9]/g, '').length / 2);
  return (offset < 0 ? '-' : '+') + shown.join(piece.includes(':') ? ':' : '');
}

/** A fraction of a second with its separator; one made of nines ends with its last digit that is not zero. */
function fractionText(nanoseconds: number, piece: string): string {
  const digits = pad(nanoseconds, 9)
    .slice(0, piece.length - 1)
    .padEnd(Math.min(piece.length - 1, 9), '0');
  if (piece[1] === '0') return piece[0] + digits;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : piece[0] + trimmed;
}

function zoneText({ abbreviation, offset }: Civil): string {
  return abbreviation === '' ? offsetText(offset, '-0700') : abbreviation;
}

function pieceText(piece: string, civil: Civil, nanoseconds: number): string {
  const hour = civil.hour % 12 === 0 ? 12 : civil.hour % 12;
  switch (piece) {
    case 'January':
      return monthNames[civil.month - 1] ?? '';
    case 'Jan':
      return (monthNames[civil.month - 1] ?? '').slice(0, 3);
    case 'Monday':
      return weekdayNames[civil.weekday] ?? '';
    case 'Mon':
      return (weekdayNames[civil.weekday] ?? '').slice(0, 3);
    case 'MST':
      return zoneText(civil);
    case '2006':
      return pad(civil.year, 4);
    case '_2006':
      return `_${pad(civil.year, 4)}`;
    case '06':
      return pad(civil.year % 100);
    case '01':
      return pad(civil.month);
    case '1':
      return String(civil.month);
    case '02':
      return pad(civil.day);
    case '_2':
      return pad(civil.day, 2, ' ');
    case '2':
      return String(civil.day);
    case '002':
      return pad(civil.yearDay, 3);
    case '__2':
      return pad(civil.yearDay, 3, ' ');
    case '15':
      return pad(civil.hour);
    case '03':
      return pad(hour);
    case '3':
      return String(hour);
    case '04':
      return pad(civil.minute);
    case '4':
      return String(civil.minute);
    case '05':
      return pad(civil.second);
    case '5':
      return String(civil.second);
    case 'PM':
      return civil.hour < 12 ? 'AM' : 'PM';
    case 'pm':
      return civil.hour < 12 ? 'am' : 'pm';
    default:
      return /^[.,]/.test(piece) ? fractionText(nanoseconds, piece) : offsetText(civil.offset, piece);
  }
}

/** A moment written by example, as Go's time.Time.Format: `Mon, 02 Jan 2006 15:04:05 -0700`. */
export function formatInstant(instant: Instant, layout: string): string {
  const civil = civilOf(instant);
  return layout.replace(pieces, (piece) => pieceText(piece, civil, instant.nanoseconds));
}
