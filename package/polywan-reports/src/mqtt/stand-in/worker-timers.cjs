// In place of npm `worker-timers`, which keeps timers of hidden browser tabs running.
module.exports = { setInterval, clearInterval };
