import { addHostCounters, MOST_HOSTS, OTHER_HOSTS } from "polywan-core/quota/count-hosts";
import { type Hosts, restartHosts } from "polywan-core/quota/hosts";
import { NO_USAGE, turnPeriod } from "polywan-core/quota/usage";
import { expect, test } from "vitest";

const used = (hosts: Hosts, address: string) => [hosts[address]?.rxBytes, hosts[address]?.txBytes];
const counter = (address: string, rxBytes: number, txBytes: number) => ({ address, rxBytes, txBytes });

test("counters that go on, begin anew and go away", () => {
	let hosts = addHostCounters({}, [counter("192.168.1.10", 100, 10)]);
	hosts = addHostCounters(hosts, [counter("192.168.1.10", 150, 15)]);
	expect(used(hosts, "192.168.1.10")).toEqual([150, 15]);
	hosts = addHostCounters(hosts, [counter("192.168.1.10", 20, 2)]);
	expect(used(hosts, "192.168.1.10")).toEqual([170, 17]);
	hosts = addHostCounters(hosts, []);
	hosts = addHostCounters(hosts, [counter("192.168.1.10", 50, 5)]);
	expect(used(hosts, "192.168.1.10")).toEqual([220, 22]);
	hosts = addHostCounters(restartHosts(hosts), [counter("192.168.1.10", 60, 6)]);
	expect(used(hosts, "192.168.1.10")).toEqual([280, 28]);
});

test("a period begins at nothing and loses nothing", () => {
	const may = Date.UTC(2027, 4, 1);
	const hosts = addHostCounters({}, [counter("fd00::1", 100, 10)]);
	const next = turnPeriod({ ...NO_USAGE, hosts, periodStartMs: may }, Date.UTC(2027, 5, 1)).hosts ?? {};
	expect(used(next, "fd00::1")).toEqual([0, 0]);
	expect(used(addHostCounters(next, [counter("fd00::1", 130, 10)]), "fd00::1")).toEqual([30, 0]);
});

test("no more hosts than there is room for: those with least are one", () => {
	const many = Array.from({ length: MOST_HOSTS + 50 }, (_, index) => counter(`fd00::${index}`, index, 0));
	let hosts = addHostCounters({}, many);
	expect(Object.keys(hosts).length).toBe(MOST_HOSTS);
	hosts = addHostCounters(hosts, [counter("fd00::ffff", 5000, 0)]);
	expect(Object.keys(hosts).length).toBe(MOST_HOSTS);
	const total = Object.values(hosts).reduce((sum, { rxBytes }) => sum + rxBytes, 0);
	expect(total).toBe(many.reduce((sum, { rxBytes }) => sum + rxBytes, 5000));
	expect(hosts[OTHER_HOSTS]?.rxBytes).toBeGreaterThan(0);
	expect(used(hosts, "fd00::ffff")).toEqual([5000, 0]);
});
