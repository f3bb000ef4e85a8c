import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.transport.Netty4Plugin;

/** Starts an OpenSearch node; the arguments are its folder and its port. (Its own main class wants a whole installation.) */
public final class Launch extends Node {
    private Launch(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "conformance"),
            List.of(CommonAnalysisPlugin.class, PainlessPlugin.class, Netty4Plugin.class),
            true);
    }

    public static void main(String[] arguments) throws Exception {
        new Launch(
            Settings.builder()
                .put("path.home", arguments[0])
                .put("http.port", arguments[1])
                .put("transport.port", "0")
                .put("network.host", "127.0.0.1")
                .put("discovery.type", "single-node")
                .put("cluster.routing.allocation.disk.threshold_enabled", "false")
                .build()).start();
        new CountDownLatch(1).await();
    }
}
