// A router advertisement to one neighbour (RFC 4861): `advertise <device> <link-local address> <prefix>`, with a prefix of 64
// bits to make an address from, and without a default route.

import { parseAddress } from "polywan-core/address";
import { interfaceIndex } from "polywan-runtime/interface";
import { args } from "polywan-runtime/program";
import { Socket } from "polywan-runtime/socket";

const IPPROTO_ICMPV6 = 58;
const ROUTER_ADVERTISEMENT = 134;
const PREFIX_INFORMATION = 3;
const ON_LINK_AND_AUTONOMOUS = 0xc0;
const LIFETIME_S = 600;

const [device = "", address = "", prefix = "::"] = args;
const message = new Uint8Array(48);
const view = new DataView(message.buffer);
view.setUint8(0, ROUTER_ADVERTISEMENT);
// In units of 8 bytes.
message.set([PREFIX_INFORMATION, 4, 64, ON_LINK_AND_AUTONOMOUS], 16);
view.setUint32(20, LIFETIME_S);
view.setUint32(24, LIFETIME_S);
message.set(parseAddress(prefix)?.bytes ?? [], 32);
const socket = Socket.open("inet6", "raw", IPPROTO_ICMPV6);
socket.setOption("hopLimit", 255);
socket.send(message, { family: "inet6", address, port: 0, scopeId: interfaceIndex(device) });
socket.close();
