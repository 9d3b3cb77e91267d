// Listens on loopback, and explains what to do if a port is taken.

const loopback = "127.0.0.1";

// PortTaken is the only failure to start that another port fixes.
export class PortTaken extends Error {}

// listen returns the port that the server got; port 0 means any free one. flag is the option that sets the port.
export function listen(server, port, flag) {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(error.code === "EADDRINUSE" ? taken(port, flag) : error));
    server.listen(port, loopback, () => resolve(server.address().port));
  });
}

function taken(port, flag) {
  return new PortTaken(
    `Port ${port} is in use by another program. Stop that program, or choose another port: ` +
      `${flag} N, or ${variable(flag)}=N in the environment.`,
  );
}

// variable returns the environment variable of an option: --worker-port has ADDREAMS_WORKER_PORT.
export const variable = (flag) => `ADDREAMS_${flag.slice(2).toUpperCase().replaceAll("-", "_")}`;

// close stops the server and closes all its connections, busy ones too.
export function close(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
