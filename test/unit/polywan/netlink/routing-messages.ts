// Rules and routes as the kernel dumps them, for tests.
import { buildAttribute, concatenate, host32 } from "polywan/netlink/message";

/** `ip rule add priority 6101 fwmark 0x1000000/0xff000000 iif lo lookup 28673` */
export function ruleMessage(action = 1, suppressed = 0xffffffff): Uint8Array {
	const header = new Uint8Array(12);
	header.set([2, 0, 0, 0, 252, 0, 0, action]);
	return concatenate([
		header,
		buildAttribute(15, host32(28673)),
		buildAttribute(14, host32(suppressed)),
		buildAttribute(3, Uint8Array.of(108, 111, 0)),
		buildAttribute(6, host32(6101)),
		buildAttribute(10, host32(0x1000000)),
		buildAttribute(16, host32(0xff000000)),
	]);
}

/** `ip route add 10.0.0.0/8 via 100.64.1.1 dev <3> table 28673 metric 1 src 100.64.1.2 onlink` */
export function routeMessage(type = 1): Uint8Array {
	const header = new Uint8Array(12);
	header.set([2, 8, 0, 0, 252, 4, 0, type]);
	header.set(host32(4), 8);
	return concatenate([
		header,
		buildAttribute(15, host32(28673)),
		buildAttribute(1, Uint8Array.of(10, 0, 0, 0)),
		buildAttribute(6, host32(1)),
		buildAttribute(7, Uint8Array.of(100, 64, 1, 2)),
		buildAttribute(5, Uint8Array.of(100, 64, 1, 1)),
		buildAttribute(4, host32(3)),
	]);
}

/** `ip route add default table 28672 metric 1 nexthop via 100.64.1.1 dev <3> weight 7 nexthop via 100.64.2.1 dev <4> weight 3` */
export function multipathMessage(): Uint8Array {
	const header = new Uint8Array(12);
	header.set([2, 0, 0, 0, 252, 4, 0, 1]);
	const nexthop = (hops: number, ifindex: number, gateway: readonly number[]) => {
		const attribute = buildAttribute(5, Uint8Array.from(gateway));
		const length = 8 + attribute.length;
		const native = host32(length).subarray(0, 2);
		const low = host32(1)[0] === 1 ? native : host32(length).subarray(2);
		return concatenate([low, Uint8Array.of(0, hops), host32(ifindex), attribute]);
	};
	return concatenate([
		header,
		buildAttribute(15, host32(28672)),
		buildAttribute(6, host32(1)),
		buildAttribute(9, concatenate([nexthop(6, 3, [100, 64, 1, 1]), nexthop(2, 4, [100, 64, 2, 1])])),
	]);
}
