// netifd's part in the lab: interfaces of /etc/config/network, the ubus objects network, network.device,
// network.interface and network.interface.<name>, and the scripts of /etc/hotplug.d/iface.
import { UbusConnection } from "ubus-js/bus";
import { connectUnix } from "../node-transport.ts";
import { Hotplug } from "./hotplug.ts";
import { Network } from "./network.ts";
import { NetworkObjects } from "./objects.ts";
import { buildStatus } from "./status.ts";

process.title = "netifd";

const bus = new UbusConnection(connectUnix(), {
	onError: (error, attempted) => console.error(`netifd: ${attempted}: ${error}`),
});
const hotplug = new Hotplug();
const network = new Network((action, iface) => {
	const { name } = iface.config;
	const status = { interface: name, ...buildStatus(iface) };
	objects.interfaces.notify(action === "ifdown" ? "interface.down" : "interface.update", status);
	if (action !== "ifupdate") bus.sendEvent("network.interface", { action, interface: name }).catch(() => {});
	hotplug.add(action, iface);
	objects.publishInterfaces();
});
const objects = new NetworkObjects(bus, network);

bus.start();
await network.start();
objects.publishInterfaces();

process.on("SIGTERM", () => {
	network.stop().finally(() => process.exit(0));
});
