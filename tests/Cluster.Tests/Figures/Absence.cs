namespace EdgeOrleans.Cluster.Tests.Figures;

/// <summary>While a member was made to be away, from its fault until it was ready again; what its own gateway answered then is counted apart.</summary>
internal sealed record Absence(int Gateway, long From, long Until)
{
    public bool Touches(int gateway, long begin, long end) => gateway == Gateway && begin <= Until && end >= From;
}
