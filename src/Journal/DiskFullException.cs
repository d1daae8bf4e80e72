namespace EdgeOrleans.Journal;

/// <summary>Thrown when the file system has no room for what was to be written.</summary>
public sealed class DiskFullException : IOException
{
    /// <summary>Creates the exception with a default sentence.</summary>
    public DiskFullException()
        : base("The file system is full.")
    {
    }

    /// <summary>Creates the exception.</summary>
    public DiskFullException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over the operating system's own.</summary>
    public DiskFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
