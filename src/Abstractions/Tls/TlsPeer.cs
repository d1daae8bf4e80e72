namespace EdgeOrleans;

/// <summary>Who may be at the other end of a connection. The extended key usage of its certificate says what it is.</summary>
public enum TlsPeer
{
    /// <summary>Whoever is connected to: its certificate is for server authentication.</summary>
    Server,

    /// <summary>A client: its certificate is for client authentication.</summary>
    Client,

    /// <summary>A silo that connects to another: its certificate is for both, so that a client cannot pass for one.</summary>
    Silo,
}
