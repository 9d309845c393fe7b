/** Whose configuration can be written. Apart, so that the command line's help loads nothing else. */
export const MONITORING_TOOLS = ['gatus', 'upptime', 'prometheus', 'uptime-kuma'] as const;
export type MonitoringTool = (typeof MONITORING_TOOLS)[number];
