namespace EdgeOrleans.Journal;

/// <summary>Thrown when another process, or another <see cref="FileDisk"/> of this one, has the directory open.</summary>
public sealed class DataDirectoryInUseException : IOException
{
    /// <summary>Creates the exception with a default sentence.</summary>
    public DataDirectoryInUseException()
        : base("The data directory is in use by another process.")
    {
    }

    /// <summary>Creates the exception.</summary>
    public DataDirectoryInUseException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    public DataDirectoryInUseException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
