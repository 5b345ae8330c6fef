/** Sources of homes and of carriers' customers (RFC 1918, RFC 6598): no provider carries them as they are. */
export const PRIVATE_NETWORKS = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"] as const;
