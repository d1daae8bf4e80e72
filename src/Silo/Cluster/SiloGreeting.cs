using System.Buffers;
using System.Buffers.Binary;
using System.Reflection;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;

namespace EdgeOrleans.Silo.Cluster;

/// <summary>
/// A member says which of its lives it is to whoever connects to it, before anything of Orleans is said, and who meant an earlier one goes.
/// </summary>
/// <remarks>
/// A member that was started again listens where it did before. A member that has not heard of the death of the first life yet connects to
/// that and reaches the second, and Orleans counts the connection for both. Ten seconds after it has heard, it closes what it has with the
/// dead one. What the living one was about to answer there would be lost, and who waits for that would wait for ten seconds, in vain.
/// </remarks>
internal static class SiloGreeting
{
    private const string Silo = "Orleans.Runtime.Messaging.SiloConnection, Orleans.Runtime";
    private const string Target = "RemoteSiloAddress";

    // As long as a connection may take to open: see ClusterSilo.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    // For whom a connection is meant, Orleans keeps to itself.
    private static readonly PropertyInfo TargetOf = Type.GetType(Silo, throwOnError: true)!.GetProperty(Target)
        ?? throw new InvalidOperationException($"Orleans' {Silo} has no {Target} any more, so that nobody would know who is greeted.");

    /// <summary>Adds both ends of it to the connections between silos; after TLS, so that it is said within.</summary>
    public static void UseGreeting(this ISiloBuilder silo) => silo.Configure<SiloConnectionOptions>(static connections =>
    {
        connections.ConfigureSiloInboundConnection(static inbound =>
        {
            var own = inbound.ApplicationServices.GetRequiredService<ILocalSiloDetails>().SiloAddress.Generation;
            inbound.Use(next => context => Say(context, own, next));
        });
        connections.ConfigureSiloOutboundConnection(static outbound => outbound.Use(static next => context => Hear(context, next)));
    });

    private static async Task Say(ConnectionContext context, int own, ConnectionDelegate next)
    {
        BinaryPrimitives.WriteInt32LittleEndian(context.Transport.Output.GetSpan(sizeof(int)), own);
        context.Transport.Output.Advance(sizeof(int));
        await context.Transport.Output.FlushAsync(context.ConnectionClosed);
        await next(context);
    }

    private static async Task Hear(ConnectionContext context, ConnectionDelegate next)
    {
        var meant = (SiloAddress)TargetOf.GetValue(context.Features[TargetOf.DeclaringType!.BaseType!])!;
        var there = await Read(context);
        if (there != meant.Generation)
        {
            throw new ConnectionAbortedException($"A later life of {meant} answers there: {there}.");
        }

        await next(context);
    }

    private static async Task<int> Read(ConnectionContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        limit.CancelAfter(Limit);
        var input = context.Transport.Input;
        var read = await input.ReadAtLeastAsync(sizeof(int), limit.Token);
        if (read.Buffer.Length < sizeof(int))
        {
            throw new ConnectionAbortedException("The connection ended before the silo said which it is.");
        }

        Span<byte> said = stackalloc byte[sizeof(int)];
        read.Buffer.Slice(0, sizeof(int)).CopyTo(said);
        input.AdvanceTo(read.Buffer.GetPosition(sizeof(int)));
        return BinaryPrimitives.ReadInt32LittleEndian(said);
    }
}
