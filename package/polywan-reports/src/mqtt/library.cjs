// mqtt.js and what it stands on. CommonJS, since the globals of Node that they expect must be there before they are loaded.
const { Buffer } = require("buffer/");
const process = require("process/");

// Its own way is a timer for each.
process.nextTick = (callback, ...args) => queueMicrotask(() => callback(...args));
Object.assign(globalThis, { Buffer, process });

module.exports = {
	Buffer,
	Duplex: require("readable-stream").Duplex,
	MqttClient: require("mqtt/lib/client").default,
};
