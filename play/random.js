// Random numbers from a seed: the same seed, the same game. (The generator is mulberry32 by Tommy Ettinger.)
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  uniform() { // in [0, 1)
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  integer(limit) {
    return Math.floor(this.uniform() * limit);
  }

  normal(array) { // fills an array with standard normal numbers, two at a time (Box and Muller 1958)
    for (let i = 0; i < array.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      array[i] = radius * Math.cos(angle);
      if (i + 1 < array.length) array[i + 1] = radius * Math.sin(angle);
    }
    return array;
  }
}
