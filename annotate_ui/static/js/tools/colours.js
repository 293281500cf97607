/** Which colours a photo has, and which of them are inside: clusters in Lab, and two histograms over them. */

const CLUSTERS = 40, ROUNDS = 6, SHARED = 8, MOST_SURE = 3;

/**
 * The cluster of every pixel.
 * @param {import("./planes.js").Planes} planes
 * @returns {{of: Uint8Array, middles: number[][]}}
 */
export function clusters({ lab: [l, a, b] }) {
  const n = l.length, many = Math.min(CLUSTERS, n);
  const every = Math.max(1, Math.floor(n / 2500));
  let middles = Array.from({ length: many }, (_, k) => at(Math.floor(((k + 0.5) * n) / many)));
  for (let round = 0; round < ROUNDS; round++) {
    const sums = middles.map(() => [0, 0, 0, 0]);
    for (let i = 0; i < n; i += every) {
      const sum = sums[nearest(l[i], a[i], b[i], middles)];
      sum[0] += l[i];
      sum[1] += a[i];
      sum[2] += b[i];
      sum[3]++;
    }
    middles = sums.map((s, k) => (s[3] ? [s[0] / s[3], s[1] / s[3], s[2] / s[3]] : middles[k]));
  }
  const of = new Uint8Array(n);
  for (let i = 0; i < n; i++) of[i] = nearest(l[i], a[i], b[i], middles);
  return { of, middles };

  function at(i) {
    return [l[i], a[i], b[i]];
  }
}

function nearest(l, a, b, middles) {
  let best = 0, least = Infinity;
  for (let k = 0; k < middles.length; k++) {
    const m = middles[k];
    const d = (l - m[0]) ** 2 + (a - m[1]) ** 2 + (b - m[2]) ** 2;
    if (d < least) [best, least] = [k, d];
  }
  return best;
}

/**
 * How much more the colour of each pixel is seen inside than outside, as a logarithm of at most 3.
 * @param {{of: Uint8Array, middles: number[][]}} found clusters
 * @param {Uint8Array} inside 0 or 1 per pixel
 * @returns {Float32Array} per pixel
 */
export function likelier({ of, middles }, inside) {
  const counts = [0, 1].map(() => new Float64Array(middles.length));
  for (let i = 0; i < of.length; i++) counts[inside[i]][of[i]]++;
  const [out, into] = counts.map((seen) => shared(seen, middles));
  const sure = out.map((o, k) => Math.max(-MOST_SURE, Math.min(MOST_SURE, Math.log((into[k] + 1e-4) / (o + 1e-4)))));
  return Float32Array.from(of, (k) => sure[k]);
}

/** Shares of a histogram, each colour's counts spread over those near to it. */
function shared(counts, middles) {
  const spread = middles.map((m) => {
    let sum = 0;
    middles.forEach((o, k) => {
      const far = ((m[0] - o[0]) ** 2 + (m[1] - o[1]) ** 2 + (m[2] - o[2]) ** 2) / (2 * SHARED * SHARED);
      sum += counts[k] * Math.exp(-far);
    });
    return sum;
  });
  const total = spread.reduce((sum, s) => sum + s, 0) || 1;
  return spread.map((s) => s / total);
}
