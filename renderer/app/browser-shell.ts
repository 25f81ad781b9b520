import type { FileId, PageShell, Reply } from "../../shared/session/contract.ts";
import { type Failure, HeapError } from "../../shared/types/failure.ts";
import { chooseFile } from "../state/choose-file.ts";
import { takeToken } from "./token.ts";

/** The page's shell over HTTP. The token travels in a header, so that no other site can make a browser send it. */
export function browserShell(): PageShell {
  const headers = takeToken().then((token) => ({ Authorization: `Bearer ${token}` }));

  const offerFile = async (file: File, onProgress: (fraction: number) => void) =>
    upload(`./files?name=${encodeURIComponent(file.name)}`, await headers, file, onProgress);

  return {
    kind: "browser",
    async send(message): Promise<Reply> {
      const response = await fetch("./rpc", {
        method: "POST",
        headers: { ...(await headers), "Content-Type": "application/json" },
        body: JSON.stringify(message),
      });
      if (response.status === 401) throw new HeapError({ code: "no-token" });
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      return (await response.json()) as Reply;
    },
    async pickFile() {
      const file = await chooseFile();
      return file && (await offerFile(file, () => {}));
    },
    offerFile,
    onOpenFile() {
      // Nothing outside a browser tab asks it to open files.
    },
  };
}

/** XMLHttpRequest, because `fetch` can't say how much of a body was sent. */
function upload(
  address: string,
  headers: Record<string, string>,
  file: File,
  onProgress: (fraction: number) => void,
): Promise<FileId> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0);
    request.onerror = () => reject(new HeapError({ code: "connection-lost" }));
    request.onload = () => {
      const answer = parse(request.responseText);
      if (answer?.file !== undefined) resolve(answer.file);
      else reject(new HeapError(answer?.failure ?? { code: "connection-lost" }));
    };
    request.send(file);
  });
}

function parse(text: string): { file?: FileId; failure?: Failure } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not from our server: reported as a lost connection
  }
}
