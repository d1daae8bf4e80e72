namespace EdgeOrleans.Journal.Tests.Disk;

/// <summary>Thrown out of the disk operation at which the power goes; nothing of the process runs on after it.</summary>
public sealed class PowerCutException : Exception
{
    public PowerCutException()
        : base("The power was cut.")
    {
    }
}
