namespace EdgeOrleans.Simulation.Disk;

/// <summary>What the disk may do wrong; the simulation changes it while it runs.</summary>
internal sealed class DiskFaults
{
    /// <summary>How many flushes of a file in a thousand fail.</summary>
    public int FlushFailuresPerMille { get; set; }

    /// <summary>How many flushes of the directory in a thousand fail.</summary>
    public int NameFlushFailuresPerMille { get; set; }

    /// <summary>Every change fails, as after a remount by the kernel.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Room for all files together.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;
}
