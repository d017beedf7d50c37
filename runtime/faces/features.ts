import { bump, bump2, mix, smoothstep } from './curves.ts';
import type { Face } from './face.ts';
import { mouthLine } from './marks.ts';

/** How far the face stands out from the bare head at (x, y) of its front, in head units. */
export function relief(face: Face, x: number, y: number): number {
  return upper(face, x, y) + nose(face, x, y) + middle(face, x, y) + mouth(face, x, y);
}

/** Forehead, brow ridge, eye sockets and eyeballs. */
function upper({ identity: id, expression }: Face, x: number, y: number): number {
  if (y > 0.5) return 0;
  const side = Math.abs(x);
  const eye = side - id.eyeDistance;
  const browY = y - id.browHeight + 0.015 + expression.browRaise;
  const smile = Math.max(0, expression.smile);
  return (
    id.forehead * bump2(x / 0.36, (y + 0.5) / 0.22) +
    id.brow * bump2((side - 0.24) / 0.22, browY / 0.075) +
    0.35 * id.brow * bump2(x / 0.1, browY / 0.08) -
    id.socket * bump2((eye + 0.02) / 0.17, (y - id.eyeHeight + 0.01) / 0.11) +
    id.eyeball * bump2(eye / 0.105, (y - id.eyeHeight) / 0.075) +
    // bags under the eyes
    (0.012 + 0.012 * smile) * bump2(eye / 0.1, (y - id.eyeHeight - 0.115) / 0.035) -
    0.045 * bump2((side - 0.6) / 0.12, (y + 0.25) / 0.22)
  );
}

/** The bridge from the root to the tip, the slope below it, and the wings. */
function nose({ identity: id }: Face, x: number, y: number): number {
  const tip = id.noseLength;
  if (y < -0.35 || y > tip + 0.25 || Math.abs(x) > 0.4) return 0;
  const along = (y + 0.08) / (tip + 0.08);
  const t = Math.min(Math.max(along, 0), 1);
  const above = smoothstep(-0.3, -0.02, y);
  const below = 1 - smoothstep(tip - 0.06, tip + id.noseUpturn, y);
  const height = mix(id.noseRoot, id.noseTip, t ** 1.15) + id.noseBridge * bump((along - 0.5) / 0.25);
  const width = mix(id.noseWidth, id.noseTipWidth, smoothstep(0.45, 1, along)) + 0.03 * (1 - above);
  const off = (x - id.noseTwist * t) / (width * 1.45);
  const ridge = off * off < 1 ? (1 - off * off) ** 1.6 : 0;
  const side = Math.abs(x - id.noseTwist);
  const wings = bump2((side - id.noseWingsWidth) / 0.055, (y - tip - 0.005) / 0.06);
  return height * above * below * ridge + id.noseWings * wings;
}

/** Cheeks and the fold from the nose to the mouth. */
function middle({ identity: id, expression }: Face, x: number, y: number): number {
  if (y < -0.3) return 0;
  const side = Math.abs(x);
  const smile = Math.max(0, expression.smile);
  const fold = side - mix(0.17, 0.31, (y - 0.4) / 0.25);
  return (
    (id.cheekBones + 0.03 * smile) * bump2((side - 0.4) / 0.17, (y - 0.26) / 0.16) -
    id.cheekHollow * bump2((side - 0.44) / 0.15, (y - 0.56) / 0.17) -
    (0.014 + 0.02 * smile) * bump2(fold / 0.035, (y - 0.53) / 0.12)
  );
}

/** The part around the mouth, the lips, and the chin. */
function mouth(face: Face, x: number, y: number): number {
  if (y < 0.4) return 0;
  const { identity: id, expression } = face;
  const line = mouthLine(face, x);
  const open = Math.max(0, expression.mouthOpen) * 0.045;
  const across = bump((x / (id.mouthWidth * 0.9)) ** 2);
  const smile = Math.max(0, expression.smile);
  const lower = y - line - open;
  return (
    id.muzzle * bump2(x / 0.27, (y - id.mouthHeight) / 0.17) -
    0.016 * bump2(x / 0.035, (y - 0.55) / 0.05) +
    id.lips * across * bump((y - line + open + id.upperLip * 0.5) / (id.upperLip * 0.75)) +
    id.lips * 1.05 * across * bump((lower - id.lowerLip * 0.5) / (id.lowerLip * 0.7)) -
    (0.03 + open) * across * bump((y - line) / (0.022 + open)) -
    0.03 * bump2((Math.abs(x) - id.mouthWidth - 0.02) / 0.04, (y - line) / 0.05) * (0.6 + smile) -
    0.035 * bump2(x / 0.16, (y - id.mouthHeight - id.lowerLip - 0.06) / 0.05) +
    id.chin * bump2(x / (0.19 + 0.6 * Math.max(0, id.chinWidth)), (y - id.chinHeight) / 0.1) -
    id.chinCleft * bump2(x / 0.03, (y - id.chinHeight - 0.01) / 0.06)
  );
}
