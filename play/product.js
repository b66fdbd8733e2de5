// The product of two matrices, which is nearly all of the work. Twice: in plain JavaScript, and in WebAssembly,
// where one instruction multiplies four numbers.

// Arrays of a type, and C = A B for A (n, k), B (k, m), all row by row: what the networks compute with.
export function plainArithmetic(Float = Float32Array) {
  return { name: "JavaScript", array: (length) => new Float(length), reset() {}, multiply };
}

function multiply(A, B, C, n, k, m) {
  C.fill(0);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) {
      const a = A[i * k + p];
      if (a === 0) continue; // most pixels are black
      for (let j = 0, b = p * m, c = i * m; j < m; j++, b++, c++) C[c] += a * B[b];
    }
  }
}

// The same by WebAssembly, or null where a browser has none with SIMD. Its arrays lie in one memory.
export function fastArithmetic(megabytes = 32) {
  let exports;
  try {
    exports = new WebAssembly.Instance(new WebAssembly.Module(productCode(megabytes * 16))).exports;
  } catch {
    return null;
  }
  const { memory, product } = exports;
  let free = 0; // where the next array begins, in bytes
  return {
    name: "WebAssembly",
    array(length) {
      const array = new Float32Array(memory.buffer, free, length);
      free += Math.ceil(length / 4) * 16;
      return array;
    },
    reset() { // all arrays are given back
      free = 0;
      new Uint8Array(memory.buffer).fill(0);
    },
    multiply(A, B, C, n, k, m) {
      if (n % 4 || m % 8) multiply(A, B, C, n, k, m);
      else product(A.byteOffset, B.byteOffset, C.byteOffset, n, k, m);
    },
  };
}

// The module's bytes: a memory of so many pages of 64 KiB, and a function of A, B, C, n, k, m. It takes C in
// tiles of 4 rows and 8 columns: the 32 sums of a tile stay in registers while k goes by.
function productCode(pages) {
  const [A, B, C, n, k, m, i, j, p, b, c, b0, b1, a] = Array(14).keys(); // six arguments, then variables
  const rows = [0, 1, 2, 3];
  const pointer = (row) => a + row; // to A, in each of the four rows
  const left = (row) => a + 4 + row; // the sums of columns 0 to 3 ...
  const right = (row) => a + 8 + row; // ... and of columns 4 to 7

  const number = (value) => {
    const bytes = []; // LEB128: seven bits a byte, the lowest first
    for (; value > 63; value >>= 7) bytes.push((value & 127) | 128);
    return [...bytes, value];
  };
  const get = (variable) => [0x20, variable];
  const set = (variable, ...value) => [...value.flat(), 0x21, variable];
  const constant = (value) => [0x41, ...number(value)];
  const add = (x, y) => [...x, ...y, 0x6a];
  const times = (x, y) => [...x, ...y, 0x6c];
  const bytes = (count) => times(count, constant(4)); // of so many numbers
  const move = (variable, distance) => set(variable, add(get(variable), distance));
  const upTo = (variable, limit, step, ...body) => [
    ...set(variable, constant(0)),
    ...[0x03, 0x40, ...body.flat(), ...move(variable, constant(step))], // loop
    ...[...get(variable), ...get(limit), 0x49, 0x0d, 0, 0x0b], // once more if it is less
  ];
  const zero = [0xfd, 0x0c, ...Array(16).fill(0)];
  const load = (address, offset = 0) => [...get(address), 0xfd, 0x00, 2, offset]; // four numbers
  const spread = (address) => [...get(address), 0xfd, 0x09, 2, 0]; // one number, four times
  const store = (address, offset, value) => [...get(address), ...get(value), 0xfd, 0x0b, 2, offset];
  const addProduct = (sum, x, y) => [...get(sum), ...x, ...get(y), 0xfd, 0xe6, 1, 0xfd, 0xe4, 1, 0x21, sum];

  const body = upTo(j, m, 8,
    upTo(i, n, 4,
      rows.flatMap((row) => [
        ...set(pointer(row), add(get(A), bytes(times(add(get(i), constant(row)), get(k))))),
        ...set(left(row), zero), ...set(right(row), zero),
      ]),
      set(b, add(get(B), bytes(get(j)))),
      upTo(p, k, 1,
        set(b0, load(b)), set(b1, load(b, 16)),
        rows.flatMap((row) => [
          ...addProduct(left(row), spread(pointer(row)), b0),
          ...addProduct(right(row), spread(pointer(row)), b1),
          ...move(pointer(row), constant(4)),
        ]),
        move(b, bytes(get(m)))),
      set(c, add(get(C), bytes(add(times(get(i), get(m)), get(j))))),
      rows.flatMap((row) => [
        ...store(c, 0, left(row)), ...store(c, 16, right(row)), ...move(c, bytes(get(m))),
      ])));
  const I32 = 0x7f, V128 = 0x7b;
  const locals = [4, 5, I32, 2, V128, 4, I32, 8, V128]; // four kinds: i j p b c; b0 b1; pointers; sums
  const vector = (...items) => [...size(items.length), ...items.flat()];
  const size = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...size(value >> 7)]);
  const sized = (content) => [...size(content.length), ...content];
  const section = (id, content) => [id, ...sized(content)];
  const name = (text) => sized([...text].map((letter) => letter.charCodeAt(0)));
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, vector([0x60, ...vector(...Array(6).fill([I32])), 0])), // the type: six integers -> nothing
    ...section(3, vector([0])), // a function of this type
    ...section(5, vector([0, ...size(pages)])), // a memory
    ...section(7, vector([...name("memory"), 2, 0], [...name("product"), 0, 0])), // what is seen from outside
    ...section(10, vector(sized([...locals, ...body, 0x0b]))), // the function
  ]);
}

// T (m, n) = A (n, m), with rows and columns exchanged.
export function transpose(A, T, n, m) {
  for (let i = 0; i < n; i++) for (let j = 0, t = i; j < m; j++, t += n) T[t] = A[i * m + j];
}
