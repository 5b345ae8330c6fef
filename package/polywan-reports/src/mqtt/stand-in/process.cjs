// In place of npm `process`: what readable-stream, mqtt-packet and mqtt.js ask of Node's.
module.exports = {
	env: {},
	versions: {},
	version: "",
	nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)),
	emitWarning: () => {},
};
