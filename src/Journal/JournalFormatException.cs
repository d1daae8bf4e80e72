namespace EdgeOrleans.Journal;

/// <summary>Thrown by <see cref="FlashJournal.Open"/> when a segment was written by a newer version than this program reads.</summary>
public sealed class JournalFormatException : Exception
{
    /// <summary>Creates the exception with a default sentence.</summary>
    public JournalFormatException()
        : base("The journal was written by a newer version of this program.")
    {
    }

    /// <summary>Creates the exception.</summary>
    public JournalFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    public JournalFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
