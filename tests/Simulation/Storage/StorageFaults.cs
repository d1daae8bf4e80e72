namespace EdgeOrleans.Simulation.Storage;

/// <summary>How a storage behaves; the simulation changes it while it runs. Chances are in a thousand calls.</summary>
internal sealed class StorageFaults
{
    /// <summary>The call fails and nothing was done.</summary>
    public int FailPerMille { get; set; }

    /// <summary>The row is written, and the answer lost.</summary>
    public int LostAnswerPerMille { get; set; }

    /// <summary>The answer comes some time later.</summary>
    public int LatePerMille { get; set; }

    /// <summary>No answer comes until the caller gives up or storage is well again; the row may be written or not.</summary>
    public int HangPerMille { get; set; }

    /// <summary>Every call fails.</summary>
    public bool IsAway { get; set; }
}
