/**
 * Pixels of a photo as planes of numbers: small, in CIE Lab (a step of 1 is just seen), smoothed.
 *
 * @typedef {{width: number, height: number, data: ArrayLike<number>}} Pixels RGBA bytes row by row, as in ImageData
 * @typedef {{width: number, height: number, scale: number, lab: Float32Array[]}} Planes `scale` px per px of the photo
 */

const LINEAR = Float32Array.from({ length: 256 }, (_, v) => (v > 10 ? ((v / 255 + 0.055) / 1.055) ** 2.4 : v / 3294.6));
/** Lab's curve at 4096 steps from 0 to 1. */
const CURVE = Float32Array.from({ length: 4097 }, (_, i) => (i > 36 ? Math.cbrt(i / 4096) : i / 526 + 16 / 116));

/**
 * The planes of pixels, no longer than `most` px, and enlarged at most `largest` times.
 * @param {Pixels} pixels
 * @param {number} most
 * @param {number} [largest]
 * @returns {Planes}
 */
export function planes(pixels, most, largest = 1) {
  const scale = Math.min(largest, most / Math.max(pixels.width, pixels.height, 1));
  const width = Math.max(Math.round(pixels.width * scale), 1), height = Math.max(Math.round(pixels.height * scale), 1);
  const lab = [0, 1, 2].map(() => new Float32Array(width * height));
  const sums = new Float32Array(3);
  const across = pixels.width / width, down = pixels.height / height;
  const nx = Math.ceil(across), ny = Math.ceil(down);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      sums.fill(0);
      for (let v = 0; v < ny; v++) {
        const row = Math.floor((y + (v + 0.5) / ny) * down) * pixels.width;
        for (let u = 0; u < nx; u++) {
          const p = 4 * (row + Math.floor((x + (u + 0.5) / nx) * across));
          for (let c = 0; c < 3; c++) sums[c] += LINEAR[pixels.data[p + c]];
        }
      }
      toLab(sums[0] / (nx * ny), sums[1] / (nx * ny), sums[2] / (nx * ny), lab, i);
    }
  }
  return { width, height, scale: width / pixels.width, lab };
}

/** Linear red, green and blue to Lab, white as of D65. */
function toLab(r, g, b, lab, i) {
  const curve = (t) => CURVE[Math.min(Math.round(4096 * t), 4096)];
  const x = curve(0.4339 * r + 0.3763 * g + 0.1898 * b);
  const y = curve(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = curve(0.0177 * r + 0.1095 * g + 0.8728 * b);
  lab[0][i] = 116 * y - 16;
  lab[1][i] = 500 * (x - y);
  lab[2][i] = 200 * (y - z);
}

/**
 * A plane smoothed by a Gaussian.
 * @param {Float32Array} plane
 * @param {number} width
 * @param {number} height
 * @param {number} sigma px
 */
export function smooth(plane, width, height, sigma) {
  const reach = Math.ceil(2.5 * sigma);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)));
  const total = taps.reduce((sum, t) => sum + t, 0);
  const kernel = Float32Array.from(taps, (t) => t / total);
  return pass(pass(plane, width, height, 1, width, kernel), height, width, width, 1, kernel);
}

/** One direction: `n` values a line, `step` apart, `lines` of them `stride` apart; the ends go on. */
function pass(plane, n, lines, step, stride, kernel) {
  const made = new Float32Array(plane.length), reach = kernel.length >> 1;
  for (let line = 0; line < lines; line++) {
    for (let x = 0; x < n; x++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        const at = x + k < 0 ? 0 : x + k < n ? x + k : n - 1;
        sum += kernel[k + reach] * plane[line * stride + at * step];
      }
      made[line * stride + x * step] = sum;
    }
  }
  return made;
}

/**
 * How steeply colours change at each pixel: Scharr's gradient, summed over the planes.
 * @param {Planes} planes
 * @param {number} [sigma] smooth by so much first, px
 * @returns {Float32Array} Lab steps per px
 */
export function edges({ width, height, lab }, sigma = 0) {
  const found = new Float32Array(width * height);
  for (const raw of lab) {
    const plane = sigma ? smooth(raw, width, height, sigma) : raw;
    for (let y = 0, i = 0; y < height; y++) {
      const up = y ? -width : 0, down = y + 1 < height ? width : 0;
      for (let x = 0; x < width; x++, i++) {
        const l = x ? -1 : 0, r = x + 1 < width ? 1 : 0;
        const a = plane[i + up + l], b = plane[i + up + r], c = plane[i + down + l], d = plane[i + down + r];
        const gx = 3 * (b + d - a - c) + 10 * (plane[i + r] - plane[i + l]);
        const gy = 3 * (c + d - a - b) + 10 * (plane[i + down] - plane[i + up]);
        found[i] += Math.sqrt(gx * gx + gy * gy) / 32;
      }
    }
  }
  return found;
}
