// The page's side of worker.js: one game, in a worker of its own.

export class Trainer {
  waiting = new Map();
  number = 0;

  // `onProgress` is called with each look that the worker sends while it trains.
  constructor(script, onProgress, onError) {
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" })); // works from disk, too
    this.worker = new Worker(address);
    this.worker.onerror = (event) => onError(event.message ?? "the worker did not start");
    this.worker.onmessage = ({ data }) => {
      if (data.id === undefined) return onProgress(data);
      const { resolve, reject } = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      return data.error ? reject(new Error(data.error)) : resolve(data);
    };
  }

  ask(what, details = {}) {
    const id = ++this.number;
    this.worker.postMessage({ id, what, ...details });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }
}
