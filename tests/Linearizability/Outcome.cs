namespace EdgeOrleans.Linearizability;

/// <summary>What a client knows of an operation of its own.</summary>
public enum Outcome
{
    /// <summary>It was carried out between its begin and its end.</summary>
    Acknowledged,

    /// <summary>It was not carried out, and never will be.</summary>
    Refused,

    /// <summary>It may have been carried out, may be later, or never.</summary>
    Unknown,
}
