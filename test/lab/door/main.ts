// node door.mjs SOCKET PORT: in a router, joins every connection to the unix socket with one to its own port.
import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";

const [path = "", port = ""] = process.argv.slice(2);
rmSync(path, { force: true });
createServer((outside) => {
	const inside = connect(Number(port), "127.0.0.1");
	for (const [one, other] of [
		[outside, inside],
		[inside, outside],
	] as const) {
		one.pipe(other);
		one.on("error", () => other.destroy());
	}
}).listen(path);
