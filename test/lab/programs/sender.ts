// Sends the first packet of each connection given as a line of JSON on the command line's file, then waits a
// moment for those that answer.
import { readText } from "polywan-runtime/file";
import { args, exit } from "polywan-runtime/program";
import { type Address, Socket } from "polywan-runtime/socket";

interface Flow {
	/** null: whatever the kernel takes. */
	source: string | null;
	destination: string;
	protocol: number;
	sourcePort: number;
	destinationPort: number;
	dscp?: number;
	mark?: number;
}

const TCP = 6;
const UDP = 17;
/** Long enough for a handshake in the lab, short enough that none is sent again. */
const LINGER_MS = 300;

function addressOf(address: string, port: number): Address {
	return address.includes(":") ? { family: "inet6", address, port } : { family: "inet", address, port };
}

function open(flow: Flow): Socket {
	const family = flow.destination.includes(":") ? "inet6" : "inet";
	const hasPorts = flow.protocol === TCP || flow.protocol === UDP;
	const type = flow.protocol === TCP ? "stream" : flow.protocol === UDP ? "dgram" : "raw";
	const socket = Socket.open(family, type, flow.protocol);
	if (hasPorts) socket.setOption("reuseAddress", 1);
	if (flow.dscp !== undefined) socket.setOption("typeOfService", flow.dscp << 2);
	if (flow.mark !== undefined) socket.setOption("mark", flow.mark);
	const anywhere = family === "inet6" ? "::" : "0.0.0.0";
	socket.bind(addressOf(flow.source ?? anywhere, hasPorts ? flow.sourcePort : 0));
	return socket;
}

function send(flow: Flow): Socket | null {
	const socket = open(flow);
	try {
		const to = addressOf(
			flow.destination,
			flow.protocol === TCP || flow.protocol === UDP ? flow.destinationPort : 0,
		);
		if (flow.protocol === TCP) socket.connect(to);
		else socket.send(payloadOf(flow), to);
	} catch {
		// Refused by the router: that is one of the answers that are expected.
	}
	return socket;
}

/** An echo request for ICMP (its checksum is 0xf7ff - id - sequence for type 8), anything for others. */
function payloadOf({ protocol, sourcePort }: Flow): Uint8Array {
	if (protocol !== 1) return new Uint8Array(8);
	const data = new Uint8Array([8, 0, 0, 0, sourcePort >> 8, sourcePort & 255, 0, 1]);
	let sum = 0x0800 + sourcePort + 1;
	sum = (sum & 0xffff) + (sum >> 16);
	data[2] = (~sum >> 8) & 255;
	data[3] = ~sum & 255;
	return data;
}

const flows: Flow[] = JSON.parse(readText(args[0] ?? ""));
const sockets = flows.map(send);
setTimeout(() => {
	for (const socket of sockets) socket?.close();
	exit(0);
}, LINGER_MS);
