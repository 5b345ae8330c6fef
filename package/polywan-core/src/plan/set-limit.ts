/** An address that no answer has named for so long is no longer one of the name's. */
export const DOMAIN_TIMEOUT_S = 172_800;

/** A pair of source and destination without a heavy connection for so long is no longer one that has them. */
export const HEAVY_TIMEOUT_S = 3600;

/** As many entries as a set or a map that packets or name servers fill may hold. */
export const MOST_SET_ENTRIES = 65_536;
