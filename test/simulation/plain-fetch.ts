// Questions and answers that never leave the process: what fetch's own classes do with streams costs more than the sandbox.

/** A body that lies there whole. */
class PlainBody {
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }

  async *[Symbol.asyncIterator]() {
    if (this.bytes.length > 0) yield this.bytes;
  }

  async cancel(): Promise<void> {}
}

type Content = string | Uint8Array<ArrayBuffer> | ArrayBuffer | PlainBody | null | undefined;

function bytesOf(content: Content): Uint8Array<ArrayBuffer> | null {
  if (content === null || content === undefined) return null;
  if (content instanceof PlainBody) return content.bytes;
  if (typeof content === "string") return new TextEncoder().encode(content);
  return new Uint8Array(content);
}

class PlainMessage {
  readonly headers: Headers;
  readonly #bytes: Uint8Array<ArrayBuffer> | null;

  constructor(headers: RequestInit["headers"], content: Content) {
    this.headers = new Headers(headers);
    this.#bytes = bytesOf(content);
  }

  get body(): PlainBody | null {
    return this.#bytes === null ? null : new PlainBody(this.#bytes);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#bytes ?? []).buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.#bytes ?? new Uint8Array());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

class PlainRequest extends PlainMessage {
  readonly url: string;
  readonly method: string;

  constructor(url: string, init: RequestInit) {
    super(init.headers, init.body as Content);
    this.url = url;
    this.method = init.method ?? "GET";
  }
}

class PlainResponse extends PlainMessage {
  readonly status: number;

  constructor(content?: Content, init: ResponseInit = {}) {
    super(init.headers, content);
    this.status = init.status ?? 200;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  clone(): PlainResponse {
    return new PlainResponse(this.body, this);
  }
}

/** A request as an application in this process reads it. */
export const plainRequest = (url: string, init: RequestInit): Request =>
  new PlainRequest(url, init) as unknown as Request;

/** From now on answers made in this process are plain ones, but for those of streams. */
export function answerPlainly(): void {
  globalThis.Response = new Proxy(globalThis.Response, {
    construct: (target, [content, init]: [Content | ReadableStream, ResponseInit?]) =>
      content instanceof ReadableStream
        ? new target(content, init)
        : new PlainResponse(content, init),
  });
}
