// Listening on loopback, and saying what to do when a port is taken.

const loopback = "127.0.0.1";

// PortTaken is the only failure to start that the user mends by another port.
export class PortTaken extends Error {}

// listen gives the port that the server got; port 0 is any free one. flag is the option that chooses it.
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

// variable is the environment's name of an option: --worker-port is ADDREAMS_WORKER_PORT.
export const variable = (flag) => `ADDREAMS_${flag.slice(2).toUpperCase().replaceAll("-", "_")}`;

// close stops the server, and ends connections that are idle or still busy.
export function close(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}
