// The certificate of the https port: a local authority, created once per data directory, and a certificate for the loopback
// names. Clients trust it through SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { writeAtomically } from "./state.mjs";

const year = 365 * 24 * 3600 * 1000;
const years = (n) => ({ notBeforeDate: new Date(Date.now() - 24 * 3600 * 1000), notAfterDate: new Date(Date.now() + n * year) });

// ensureCertificates returns {ca, key, cert}: the path of the authority's certificate, and the server's key and certificate.
// They are created again if they are missing, broken, or expire within a month.
export async function ensureCertificates(dir) {
  const file = (name) => join(dir, name);
  if (!usable(file)) await create(file);
  return {
    ca: file("ca.pem"),
    key: readFileSync(file("server.key")),
    cert: readFileSync(file("server.pem")),
  };
}

function usable(file) {
  if (!["ca.pem", "server.key", "server.pem"].every((name) => existsSync(file(name)))) return false;
  try {
    const authority = new X509Certificate(readFileSync(file("ca.pem")));
    const server = new X509Certificate(readFileSync(file("server.pem")));
    return server.verify(authority.publicKey) && new Date(server.validTo) > new Date(Date.now() + year / 12);
  } catch {
    return false;
  }
}

async function create(file) {
  const authority = await generate([{ name: "commonName", value: "AdDreams local Cloudflare CA" }], {
    keyType: "ec",
    algorithm: "sha256",
    ...years(10),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });

  const server = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    ...years(2),
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });

  writeAtomically(file("server.key"), server.private);
  writeAtomically(file("server.pem"), server.cert);
  writeAtomically(file("ca.pem"), authority.cert, 0o644);
}
