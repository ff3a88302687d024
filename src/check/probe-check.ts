/** Name of the check that success criteria make, which ralph looks at itself. */
export const PROBES = "success criteria";
