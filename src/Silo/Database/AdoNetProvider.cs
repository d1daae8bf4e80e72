using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Storage;

namespace EdgeOrleans.Silo.Database;

/// <summary>
/// Makes Orleans' ADO.NET storage provider and starts it apart from the silo: left to the silo's life cycle it would end the
/// silo's start whenever its table of queries cannot be read, and a device serves whether or not its storage answers.
/// </summary>
internal static class AdoNetProvider
{
    /// <summary>The name that the provider knows SQLite by; it maps to the factory of Microsoft.Data.Sqlite.</summary>
    private const string SqliteInvariant = "System.Data.SQLite";

    private const string PostgresInvariant = "Npgsql";

    /// <summary>A provider over SQLite that has read its queries.</summary>
    /// <remarks>The provider looks its factory up by name, so the trimmer has to be told of it.</remarks>
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicFields, typeof(SqliteFactory))]
    public static Task<IGrainStorage> StartSqlite(DbDataSource source, string serviceId, CancellationToken ct) =>
        Start(SqliteInvariant, source, serviceId, ct);

    /// <summary>A provider over PostgreSQL that has read its queries.</summary>
    /// <remarks>The provider looks its factory up by name, so the trimmer has to be told of it.</remarks>
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicFields, typeof(NpgsqlFactory))]
    public static Task<IGrainStorage> StartPostgres(NpgsqlDataSource source, string serviceId, CancellationToken ct) =>
        Start(PostgresInvariant, source, serviceId, ct);

    private static async Task<IGrainStorage> Start(string invariant, DbDataSource source, string serviceId, CancellationToken ct)
    {
        var passThrough = new PassThroughSerializer();
        var options = new AdoNetGrainStorageOptions { Invariant = invariant, DataSource = source, GrainStorageSerializer = passThrough };

        // The provider logs each failed call as an error with its stack; the write-behind says once what is wrong, and when it is over.
        var storage = new AdoNetGrainStorage(
            passThrough,
            NullLogger<AdoNetGrainStorage>.Instance,
            Options.Create(options),
            Options.Create(new ClusterOptions { ServiceId = serviceId, ClusterId = serviceId }),
            invariant);
        var start = new ProviderStart();
        storage.Participate(start);
        await start.Run(ct);
        return storage;
    }

    /// <summary>A life cycle of one provider.</summary>
    private sealed class ProviderStart : ISiloLifecycle, IDisposable
    {
        private readonly List<ILifecycleObserver> _observers = [];

        public int HighestCompletedStage => int.MinValue;

        public int LowestStoppedStage => int.MaxValue;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _observers.Add(observer);
            return this;
        }

        public async Task Run(CancellationToken ct)
        {
            foreach (var observer in _observers)
            {
                await observer.OnStart(ct);
            }
        }

        public void Dispose() => _observers.Clear();
    }
}
