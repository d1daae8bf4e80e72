namespace EdgeOrleans.Load.Cluster;

/// <summary>Processor time so far, in seconds.</summary>
internal readonly record struct CpuReading(double Asked, double Others, double Postgres, double Redis)
{
    /// <summary>Of a site whose one gateway is asked, and of the servers.</summary>
    public static CpuReading Of(Servers servers, Site site, int gateway) => new(
        site.CpuSeconds(gateway),
        Enumerable.Range(0, site.Size).Where(silo => silo != gateway).Sum(site.CpuSeconds),
        servers.PostgresCpuSeconds,
        servers.RedisCpuSeconds);

    public static CpuReading operator -(CpuReading later, CpuReading earlier) =>
        new(later.Asked - earlier.Asked, later.Others - earlier.Others, later.Postgres - earlier.Postgres, later.Redis - earlier.Redis);
}
