namespace EdgeOrleans.Silo;

/// <summary>How the process ends, for systemd units and scripts. These numbers are part of the documented interface.</summary>
internal enum ExitCode
{
    /// <summary>Asked to stop, and stopped.</summary>
    Stopped = 0,

    /// <summary>A fault nobody foresaw; the log has it.</summary>
    Fault = 1,

    /// <summary>An option is wrong; the one line on standard error names it, its value and the bound.</summary>
    Configuration = 2,

    /// <summary>Another process has the data directory open.</summary>
    DataInUse = 3,

    /// <summary>The data was written by a newer version than this one can read.</summary>
    DataTooNew = 4,

    /// <summary>The address to listen on is taken, or is none of this machine's.</summary>
    AddressUnavailable = 5,

    /// <summary>The data directory cannot be created, read or written.</summary>
    DataUnusable = 6,

    /// <summary><c>doctor</c>: the service must not be trusted with data here.</summary>
    Unfit = 7,

    /// <summary><c>site-schema</c>, <c>restore</c>, <c>overwrite</c>: the site's database cannot be reached or does not take it.</summary>
    SiteUnusable = 8,

    /// <summary>A member of a cluster: Redis or PostgreSQL cannot be reached, or what is there must not be joined.</summary>
    ClusterUnusable = 9,

    /// <summary>A member of a cluster: the others go on without it, or Redis has forgotten it. A new start joins again.</summary>
    ClusterLeft = 10,

    /// <summary>A member of a cluster: this machine's clock is not that of the others.</summary>
    ClockWrong = 11,
}
