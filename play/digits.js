// The digits that are part of the page: 4 bits a pixel, packed and deflated by tools/play.py.

// -> Uint8Array (n * 784) with values 0 to 15
export async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const pairs = new Uint8Array(await new Response(stream).arrayBuffer());
  const pixels = new Uint8Array(2 * pairs.length);
  pairs.forEach((pair, i) => {
    pixels[2 * i] = pair >> 4;
    pixels[2 * i + 1] = pair & 15;
  });
  return pixels;
}

// A function that draws a batch of real images (n, 784) in [0, 1] at random.
export function batches(pixels, random, n = 64) {
  const count = pixels.length / 784, batch = new Float32Array(n * 784);
  return () => {
    for (let i = 0; i < n; i++) {
      const start = random.integer(count) * 784;
      for (let p = 0; p < 784; p++) batch[i * 784 + p] = pixels[start + p] / 15;
    }
    return batch;
  };
}
